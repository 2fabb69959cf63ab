# One image a service: its own code, the contracts and the chassis, with the packages of its
# requirements.lock, by version and hash. Nothing of another service is in it.
#
#   docker build --build-arg SERVICE=claims --target service --tag tameng/claims .
#   docker build --target tools --tag tameng/tools .
#
# `tools` is the command line: it makes secrets, topics, rights and databases, plays the
# demonstration and the interbank rail, backs up and repairs.
ARG PYTHON=3.11.14-slim-trixie

FROM python:${PYTHON} AS base
ENV PATH=/app/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=1 \
    MALLOC_MMAP_THRESHOLD_=131072 \
    MALLOC_TRIM_THRESHOLD_=131072
# A fresh volume over one of these folders belongs to who runs.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin tameng \
    && install --directory --owner tameng /archive /blobs /book /clock /secrets /work
WORKDIR /app

FROM base AS service-packages
ARG SERVICE
COPY services/${SERVICE}/requirements.lock .
RUN python -m venv venv \
    && pip install --no-cache-dir --require-hashes --only-binary :all: --requirement requirements.lock

FROM base AS tools-packages
COPY tameng/requirements.lock .
RUN python -m venv venv \
    && pip install --no-cache-dir --require-hashes --only-binary :all: --requirement requirements.lock

FROM base AS tools
COPY --from=tools-packages /app/venv venv
COPY contracts contracts
COPY chassis chassis
COPY services services
COPY simulators simulators
COPY tameng tameng
RUN python -m compileall -q --invalidation-mode unchecked-hash .
USER 10001
WORKDIR /work
ENTRYPOINT ["python", "-m", "tameng"]

FROM base AS service
ARG SERVICE
ENV SERVICE=${SERVICE}
COPY --from=service-packages /app/venv venv
COPY contracts contracts
COPY chassis chassis
COPY services/__init__.py services/__init__.py
COPY services/${SERVICE} services/${SERVICE}
RUN python -m compileall -q --invalidation-mode unchecked-hash .
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=6 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/readyz', timeout=3)"]
ENTRYPOINT ["sh", "-c", "exec python -m \"services.$SERVICE\" \"$@\"", "--"]
CMD ["serve"]
