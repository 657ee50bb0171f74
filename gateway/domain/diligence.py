"""The questions that are put to whoever hands a list over: which a kind of source asks, and whether they are answered.

Must never take an answer for evidence, and never let an answer hold what names a person. Pure.
"""

from collections.abc import Mapping

from gateway.domain.errors import Conflict, Invalid
from gateway.domain.requests import is_word
from policies.packs import Bundle, Question


def asked(bundle: Bundle, kind: str) -> tuple[Question, ...]:
    """Give the questions that a kind of source asks, in the order of the policy file."""
    rule = bundle.sources.get(kind)
    if rule is None or not rule.diligence:
        return ()
    return tuple(each for each in bundle.questions.values() if rule.diligence in each.sets)


def check_answer(bundle: Bundle, kind: str, question: str, answer: str) -> None:
    """Let an answer pass, or raise.

    Raises:
        Invalid: `question_unknown`, `answer_unfit`.
    """
    found = next((each for each in asked(bundle, kind) if each.id == question), None)
    if found is None:
        raise Invalid("question_unknown", "A source of this kind does not ask that. `ostiary source show` lists them.")
    if found.answers and answer not in found.answers:
        raise Invalid("answer_unfit", f"{found.id} is answered by one of: {', '.join(found.answers)}.")
    if not found.answers and not (answer.strip() and is_word(answer)):
        message = f"{found.id} is answered in up to 60 characters, without addresses or long numbers."
        raise Invalid("answer_unfit", message)


def check_diligence(bundle: Bundle, kind: str, answers: Mapping[str, str]) -> None:
    """Let a source go on to approval, or raise.

    Args:
        bundle: the law in force.
        kind: of the source.
        answers: by question.

    Raises:
        Conflict: `questions_open` names what nobody answered, `answers_against` what speaks against the list.
    """
    questions = asked(bundle, kind)
    waiting = [each.id for each in questions if each.id not in answers]
    if waiting:
        message = f"Nobody has answered: {', '.join(waiting)}. `ostiary source answer` does, and the console."
        raise Conflict("questions_open", message)
    against = [each.id for each in questions if answers[each.id] in each.against]
    if against:
        message = f"What was answered speaks against this list: {', '.join(against)}. Have the supplier mend it first."
        raise Conflict("answers_against", message)
