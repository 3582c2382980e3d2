# smsops as an image: docker run --rm -v "$PWD:/project" smsops validate
#
# The base is pinned by its version; whoever builds for production pins it by digest as well: python:3.13-slim@sha256:...
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE .pre-commit-hooks.yaml ./
COPY .github/workflows .github/workflows
COPY schemas schemas
COPY templates templates
COPY smsops smsops
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check .

FROM python:3.13-slim
# The ledger is kept with git. Debian moves its versions within a release, and an old one would not be found any more.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/*
# A mounted project belongs to another user than the one in here, and git would refuse it. This folder is trusted and no
# other: what is mounted there is what the person who starts the container chose.
RUN groupadd --gid 10001 smsops \
    && useradd --uid 10001 --gid 10001 --create-home smsops \
    && git config --system --add safe.directory /project
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /project
ENTRYPOINT ["smsops"]
