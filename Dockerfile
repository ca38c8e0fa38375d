# Two stages: the first builds the wheel, installs it beside the locked dependencies and compiles the rules; the second
# only carries the result. Everything that is downloaded is pinned by hash. There is no compiler in either: all
# dependencies come as wheels. Nothing is written outside /var/lib/tightlip and /tmp.
# The base image is pinned by its tag; pin it by its digest in your own registry.

FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src

# Dependencies first: they change less often than the source. The environment itself has no pip.
COPY requirements.lock requirements-dev.lock ./
RUN python -m venv --without-pip /opt/tightlip \
 && pip --python /opt/tightlip/bin/python install --require-hashes -r requirements.lock

# The build backend alone, with its own hashes, out of the development lock file.
RUN awk '/^[a-z]/{keep=/^(hatchling|packaging|pathspec|pluggy|tomlkit|trove-classifiers)==/} keep' requirements-dev.lock > build.lock \
 && pip install --require-hashes -r build.lock

COPY pyproject.toml README.md LICENSE ./
COPY proxy ./proxy
COPY detectors ./detectors
COPY rules ./rules
RUN python -m hatchling build -t wheel -d /dist \
 && pip --python /opt/tightlip/bin/python install --no-deps /dist/*.whl

# Rules compiled once, for every container's first start. One on another kind of processor compiles its own.
RUN /opt/tightlip/bin/tightlip inspect --jsonl --state-dir /tmp/compile < /dev/null \
 && mv /tmp/compile/cache "$(/opt/tightlip/bin/python -I -c 'from detectors.rulecache import SHIPPED; print(SHIPPED)')" \
 && rm -r /tmp/compile


FROM python:3.13-slim
RUN groupadd --gid 10001 tightlip \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/tightlip --shell /usr/sbin/nologin tightlip \
 && install -d -o 10001 -g 10001 -m 0700 /var/lib/tightlip \
 && install -d /etc/tightlip
COPY --from=build /opt/tightlip /opt/tightlip

# The users file lies in the state folder so that `tightlip users add` can write it. Without it nothing starts: listening
# beyond loopback needs users.
ENV PATH=/opt/tightlip/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TIGHTLIP_STATE_DIR=/var/lib/tightlip \
    TIGHTLIP_USERS=/var/lib/tightlip/users.yaml

USER 10001:10001
# A tightlip.yaml mounted here is read.
WORKDIR /etc/tightlip
VOLUME /var/lib/tightlip
EXPOSE 8080 9464

HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:9464/readyz', timeout=5)"]

ENTRYPOINT ["tightlip"]
CMD ["run", "--listen", "0.0.0.0:8080", "--metrics", "0.0.0.0:9464"]
