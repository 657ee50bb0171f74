"""Seals: a value opens in its own place, for its own person, whole, and nowhere else."""

import itertools
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.vault.errors import ClassNotGranted, Damaged, KeyUnknown, Unfit
from gateway.vault.keys import Keyring
from gateway.vault.keytext import Purpose
from gateway.vault.seal import HouseSeal, Opener, Sealing, open_blob, seal, seal_many
from policies.terms import FieldClass

PERSON = bytes(range(16))
DATA_KEY = bytes(range(100, 132))
FRAGMENT = b'"email":"a@b.c","email_domain":"b.c"'

# Made by tink-py, AES256_GCM, output prefix TINK, key id 1, over the associated data that `seal` documents.
FROM_TINK = bytes.fromhex(
    "010000000173068ca4f0c06dd8a3a8e72da1335f9d01400139d84552e7df943912db43275fd4a3d98cdc517430105a78d1f4ab94"
    "00919960246dfc0fd93d4c3c29cc329d3e"
)

places = st.tuples(st.binary(min_size=16, max_size=16), st.sampled_from(list(FieldClass)), st.integers(1, 2**63 - 1))


def test_what_tink_sealed_opens_here() -> None:
    assert open_blob(DATA_KEY, PERSON, "email", 7, FROM_TINK) == FRAGMENT


def test_a_seal_costs_33_bytes_and_begins_with_tinks_prefix() -> None:
    blob = seal(DATA_KEY, PERSON, "email", 7, FRAGMENT)
    assert blob[:5] == b"\x01\0\0\0\x01"
    assert len(blob) == len(FRAGMENT) + 33


@given(places, places, st.binary(max_size=300))
def test_a_value_opens_in_its_own_place_only(
    here: tuple[bytes, str, int], there: tuple[bytes, str, int], fragment: bytes
) -> None:
    blob = seal(DATA_KEY, *here, fragment)
    assert open_blob(DATA_KEY, *here, blob) == fragment
    if here != there:
        with pytest.raises(Damaged):
            open_blob(DATA_KEY, *there, blob)


def test_every_swap_of_person_class_source_and_key_is_refused(keyring: Keyring) -> None:
    people = [os.urandom(16) for _ in range(2)]
    keys = keyring.new_data_keys(people)
    spots = list(itertools.product(range(2), range(2), ("email", "phone"), (7, 8)))
    opener = Opener(keyring, FieldClass)
    for sealed_at, opened_at in itertools.product(spots, spots):
        key, person, cls, source = sealed_at
        blob = seal(keys[key].key, people[person], cls, source, FRAGMENT)
        key, person, cls, source = opened_at
        if sealed_at == opened_at:
            assert open_blob(keys[key].key, people[person], cls, source, blob) == FRAGMENT
            continue
        with pytest.raises(Damaged) as refused:
            open_blob(keys[key].key, people[person], cls, source, blob)
        assert refused.value.code == "seal_broken"
        with pytest.raises(Damaged):
            opener.open(people[person], keys[key].wrapped, [(cls, source, blob)])


def test_a_blob_and_a_wrapped_key_are_not_exchangeable(keyring: Keyring) -> None:
    made = keyring.new_data_keys([PERSON])[0]
    blob = seal(made.key, PERSON, "email", 7, bytes(32))
    with pytest.raises(KeyUnknown):
        keyring.unwrap(blob, PERSON)
    with pytest.raises(Damaged):
        open_blob(made.key, PERSON, "email", 7, made.wrapped)


def test_every_flip_cut_and_extension_is_refused(keyring: Keyring) -> None:
    made = keyring.new_data_keys([PERSON])[0]
    blob = seal(made.key, PERSON, "email", 7, FRAGMENT)
    opener = Opener(keyring, ["email"])
    flips = [blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :] for at in range(len(blob))]
    cuts = [blob[:at] for at in range(len(blob))]
    for changed in [*flips, *cuts, blob + b"\0", FRAGMENT, b"\x02" + blob[1:]]:
        with pytest.raises(Damaged):
            open_blob(made.key, PERSON, "email", 7, changed)
        with pytest.raises(Damaged):
            opener.open(PERSON, made.wrapped, [("email", 7, changed)])


def test_every_flip_and_cut_of_the_wrapped_key_is_refused_on_release(keyring: Keyring) -> None:
    wrapped = keyring.new_data_keys([PERSON])[0].wrapped
    opener = Opener(keyring, ["email"])
    for at in range(len(wrapped)):
        for changed in (wrapped[:at] + bytes([wrapped[at] ^ 1]) + wrapped[at + 1 :], wrapped[:at]):
            with pytest.raises((Damaged, KeyUnknown)):
                opener.open(PERSON, changed, [])
    with pytest.raises(Damaged) as refused:
        opener.open(os.urandom(16), wrapped, [])
    assert refused.value.code == "key_broken"


@pytest.mark.parametrize("length", [0, 15, 17])
def test_a_uid_of_another_length_never_opens(keyring: Keyring, length: int) -> None:
    made = keyring.new_data_keys([PERSON])[0]
    with pytest.raises(Damaged):
        Opener(keyring, ["email"]).open(bytes(length), made.wrapped, [])
    with pytest.raises(Damaged):
        open_blob(DATA_KEY, bytes(length), "email", 7, FROM_TINK)
    with pytest.raises(Unfit):
        seal(DATA_KEY, bytes(length), "email", 7, FRAGMENT)


def test_the_refusal_names_the_place_and_never_the_value(keyring: Keyring) -> None:
    made = keyring.new_data_keys([PERSON])[0]
    blob = seal(made.key, PERSON, "email", 7, FRAGMENT)
    with pytest.raises(Damaged) as refused:
        Opener(keyring, ["email"]).open(PERSON, made.wrapped, [("email", 7, blob), ("email", 8, blob)])
    said = repr(refused.value) + str(refused.value) + repr(refused.value.args)
    assert "class email of source 8" in said
    assert PERSON.hex() in said
    assert not any(secret in said for secret in ("a@b.c", made.key.hex(), repr(made.key), blob.hex()))
    assert refused.value.person == PERSON


def test_a_class_outside_the_grant_stays_shut(keyring: Keyring) -> None:
    made = keyring.new_data_keys([PERSON])[0]
    blob = seal(made.key, PERSON, "government", 7, FRAGMENT)
    with pytest.raises(ClassNotGranted):
        Opener(keyring, ["email"]).open(PERSON, made.wrapped, [("government", 7, blob)])
    assert Opener(keyring, ["government"]).open(PERSON, made.wrapped, [("government", 7, blob)]) == [FRAGMENT]
    with pytest.raises(Unfit):
        Opener(keyring, ["everything"])


def test_the_opener_gives_fragments_in_the_order_of_the_blobs(keyring: Keyring) -> None:
    made = keyring.new_data_keys([PERSON])[0]
    blobs = [(cls.value, no, seal(made.key, PERSON, cls, no, cls.encode())) for no, cls in enumerate(FieldClass, 1)]
    opened = Opener(keyring, FieldClass).open(PERSON, made.wrapped, blobs[::-1])
    assert opened == [cls.encode() for cls in FieldClass][::-1]
    assert Opener(keyring, FieldClass).open(PERSON, made.wrapped, []) == []


def test_a_batch_is_what_single_seals_are(keyring: Keyring) -> None:
    people = [os.urandom(16) for _ in range(50)]
    made = keyring.new_data_keys(people)
    rows = [
        Sealing(new.key, person, cls, no, cls.encode() + person)
        for no, (new, person) in enumerate(zip(made, people, strict=True), 1)
        for cls in ("email", "phone")
    ]
    blobs = seal_many(rows)
    for row, blob in zip(rows, blobs, strict=True):
        assert open_blob(row.data_key, row.person_uid, row.cls, row.source_no, blob) == row.fragment
    assert seal_many([]) == []


def test_nonces_are_distinct_and_equal_values_look_different() -> None:
    row = Sealing(DATA_KEY, PERSON, "email", 7, FRAGMENT)
    blobs = seal_many([row] * 20_000) + seal_many([row] * 20_000)
    assert len({blob[5:17] for blob in blobs}) == 40_000
    assert len({blob[17:] for blob in blobs}) == 40_000


@pytest.mark.parametrize(
    ("key", "cls", "source", "fragment"),
    [
        (DATA_KEY[:16], "email", 7, b""),
        (DATA_KEY, "e-mail", 7, b""),
        (DATA_KEY, "", 7, b""),
        (DATA_KEY, "email", 0, b""),
        (DATA_KEY, "email", -1, b""),
        (DATA_KEY, "email", 1 << 63, b""),
        (DATA_KEY, "email", 7, bytes((1 << 20) + 1)),
    ],
)
def test_what_cannot_be_sealed_is_refused(key: bytes, cls: str, source: int, fragment: bytes) -> None:
    with pytest.raises(Unfit):
        seal(key, PERSON, cls, source, fragment)


def test_a_sealing_shows_neither_key_nor_value() -> None:
    assert repr(Sealing(DATA_KEY, PERSON, "email", 7, FRAGMENT)) == "<Sealing email>"


def test_threads_share_an_opener(keyring: Keyring) -> None:
    # Above 2048 bytes the cipher lets other threads run in the middle.
    people = [os.urandom(16) for _ in range(200)]
    made = keyring.new_data_keys(people)
    opener = Opener(keyring, ["profile"])
    rows = [(p, d, seal(d.key, p, "profile", 3, p * 300)) for p, d in zip(people, made, strict=True)]
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda row: opener.open(row[0], row[1].wrapped, [("profile", 3, row[2])]), rows))
    assert opened == [[person * 300] for person in people]


def test_house_seals_are_bound_to_place_and_purpose(keyring: Keyring) -> None:
    evidence, quarantine = HouseSeal(keyring, Purpose.EVIDENCE), HouseSeal(keyring, Purpose.QUARANTINE)
    blob = evidence.seal(b"row 1", FRAGMENT)
    assert evidence.open(b"row 1", blob) == FRAGMENT
    cuts = [blob[:at] for at in range(len(blob))]
    flips = [blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :] for at in range(len(blob))]
    for place, changed, by in [
        (b"row 2", blob, evidence),
        (b"row 1", blob, quarantine),
        *((b"row 1", changed, evidence) for changed in cuts + flips),
    ]:
        with pytest.raises(Damaged):
            by.open(place, changed)
    with pytest.raises(Unfit):
        evidence.seal(b"", FRAGMENT)
    with pytest.raises(Unfit):
        HouseSeal(keyring, Purpose.PERSON_KEY)
