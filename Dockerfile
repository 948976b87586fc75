# One image for every role: docker run IMAGE proxy --kafka ...
#
#   docker build -t eventgateway .                              from source
#   docker build -t eventgateway --target published .           of what `dotnet publish -o artifacts/image/app` left, without an SDK image
#
# The bases can be replaced: --build-arg SDK_IMAGE=... --build-arg RUNTIME_IMAGE=...; deploy/image/local builds with one made on this machine.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0-noble
# No shell, no package manager, and the libraries that .NET needs.
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled

FROM ${RUNTIME_IMAGE} AS runtime
# The numeric id lets Kubernetes see that it is not root. 1654 is the user "app" of the .NET images.
ARG APP_UID=1654
COPY --chown=${APP_UID}:${APP_UID} deploy/image/data /data
# The base's own port is not ours to listen on.
ENV PATH=/app:$PATH ASPNETCORE_HTTP_PORTS= DOTNET_EnableDiagnostics_Debugger=0 DOTNET_EnableDiagnostics_Profiler=0
USER ${APP_UID}
WORKDIR /data
VOLUME /data
EXPOSE 8000 8443 8100
ENTRYPOINT ["eventgateway"]
CMD ["--help"]

FROM runtime AS published
COPY artifacts/image/app /app

FROM ${SDK_IMAGE} AS build
WORKDIR /source
# Packages are restored in a layer of their own: it changes only with the project files.
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY src/EventGateway/EventGateway.csproj src/EventGateway/
COPY src/EventGateway.Core/EventGateway.Core.csproj src/EventGateway.Core/
COPY src/EventGateway.Kafka/EventGateway.Kafka.csproj src/EventGateway.Kafka/
COPY src/EventGateway.Embedded/EventGateway.Embedded.csproj src/EventGateway.Embedded/
COPY src/EventGateway.Sources/EventGateway.Sources.csproj src/EventGateway.Sources/
COPY src/EventGateway.Proxy/EventGateway.Proxy.csproj src/EventGateway.Proxy/
# Compiled ahead of time, so that a proxy that starts does not spend its first seconds compiling.
RUN dotnet restore src/EventGateway --use-current-runtime -p:PublishReadyToRun=true
COPY proto proto
COPY src src
RUN dotnet publish src/EventGateway --no-restore -c Release --use-current-runtime --self-contained false -p:PublishReadyToRun=true \
    -p:PublishDocumentationFiles=false -o /app

FROM runtime
COPY --from=build /app /app
