# Two images. The last, the review page and the HTTP API, is what `docker build .` makes; it holds PyTorch, for CPUs.
#   docker build -t gyeol .                          # gyeol serve
#   docker build -t gyeol-predict --target predict . # gyeol predict with an exported model, without PyTorch
# What is installed is locked to the byte (locks/), except PyTorch's build for CPUs, which PyPI does not carry.
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS wheel
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /source
COPY locks/build.lock locks/
RUN pip install --require-hashes --requirement locks/build.lock
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheel .

FROM python:${PYTHON} AS predict-packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /gyeol
COPY locks/predict.lock /locks/
RUN /gyeol/bin/pip install --require-hashes --requirement /locks/predict.lock
COPY --from=wheel /wheel /wheel
RUN /gyeol/bin/pip install --no-deps --no-index /wheel/*.whl

FROM predict-packages AS serve-packages
ARG TORCH=2.13.0
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
COPY locks/serve.lock /locks/
# Without what PyTorch itself needs, for serve.lock holds that.
RUN /gyeol/bin/pip install --no-deps --require-hashes --requirement /locks/serve.lock \
    && /gyeol/bin/pip install --no-deps --index-url "${TORCH_INDEX}" "torch==${TORCH}"

FROM python:${PYTHON} AS base
RUN useradd --system --uid 10001 --home-dir /work --create-home --shell /usr/sbin/nologin gyeol
ENV PATH=/gyeol/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /work
USER 10001:10001
ENTRYPOINT ["gyeol"]
CMD ["--help"]

FROM base AS predict
COPY --from=predict-packages /gyeol /gyeol

FROM base AS serve
COPY --from=serve-packages /gyeol /gyeol
EXPOSE 8722
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8722/health', timeout=4)"]
