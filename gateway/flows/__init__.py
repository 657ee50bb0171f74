"""One file per thing the gateway does; each reads straight down. Must never see SQL, HTTP, Casbin or Presidio."""
