using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using k8s;
using k8s.Exceptions;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>
/// Requests to the API server, with the library's client and its way of proving who asks. Credentials that are refused are loaded anew: a
/// rotated token, a renewed certificate or kubeconfig file is in use from then on. Safe to use from any thread.
/// </summary>
/// <param name="load">Reads the connection's description anew each time; may throw <see cref="KubeConfigException"/>.</param>
internal sealed class ApiConnection(Func<KubernetesClientConfiguration> load, WatchTiming timing, TimeProvider time) : IDisposable
{
    private const int MaxFaultBytes = 64 * 1024;

    // A dead connection is to be noticed in well under a minute, not in the library's three and a half.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _loadedAt;
    private volatile k8s.Kubernetes? _client;

    /// <summary>The head of a good answer; its body is still to be read.</summary>
    /// <param name="path">Without a slash in front, with its query.</param>
    /// <param name="what">For messages.</param>
    /// <exception cref="ApiException">There is none.</exception>
    public async Task<ApiAnswer> GetAsync(string path, string what, CancellationToken cancellationToken)
    {
        var client = _client ?? await LoadAsync(null, cancellationToken);
        try
        {
            return await SendAsync(client, path, what, cancellationToken);
        }
        catch (ApiException e) when (e.Fault == ApiFault.Unauthorized)
        {
            var renewed = await LoadAsync(client, cancellationToken);
            if (ReferenceEquals(renewed, client))
            {
                throw;
            }

            return await SendAsync(renewed, path, what, cancellationToken);
        }
    }

    public void Dispose()
    {
        _client?.Dispose();
        _turn.Dispose();
    }

    private async Task<ApiAnswer> SendAsync(k8s.Kubernetes client, string path, string what, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timing.AnswerLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(client.BaseUri, path));
        try
        {
            request.Headers.Accept.ParseAdd("application/json");
            if (client.BaseUri.Scheme == Uri.UriSchemeHttps)
            {
                request.Version = HttpVersion.Version20;
                request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
            }

            if (client.Credentials is { } credentials)
            {
                await credentials.ProcessHttpRequestAsync(request, either.Token);
            }

            var response = await client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.IsSuccessStatusCode)
            {
                return new ApiAnswer(response);
            }

            using (response)
            {
                throw ApiStatus.ToFault((int)response.StatusCode, await ReadFaultAsync(response, either.Token), RetryAfterOf(response), what);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(ApiFault.Unreachable, $"{what}: the API server at {client.BaseUri} did not answer within {timing.AnswerLimit.TotalSeconds:0} s");
        }
        catch (Exception e) when (IsNetwork(e))
        {
            throw new ApiException(ApiFault.Unreachable, $"{what}: the API server at {client.BaseUri} cannot be reached: {Innermost(e)}", inner: e);
        }
        catch (Exception e) when (IsConfiguration(e))
        {
            throw new ApiException(ApiFault.NoCredentials, $"{what}: no credentials for the API server: {Innermost(e)}", inner: e);
        }
    }

    /// <param name="refused">The client whose credentials were refused; null: there is none yet.</param>
    private async Task<k8s.Kubernetes> LoadAsync(k8s.Kubernetes? refused, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_client is { } current && (!ReferenceEquals(current, refused) || time.GetElapsedTime(_loadedAt) < timing.ReloadInterval))
            {
                return current;
            }

            // A credential plugin may take its time. Streams of the client before go on until their server ends them, so that it is not disposed of.
            var client = await Task.Run(() => new k8s.Kubernetes(Prepare(load())), cancellationToken);
            _loadedAt = time.GetTimestamp();
            return _client = client;
        }
        catch (Exception e) when (IsConfiguration(e) || IsNetwork(e) || e is NullReferenceException or InvalidCastException)
        {
            throw new ApiException(ApiFault.NoCredentials, $"the connection to the API server cannot be set up: {Innermost(e)}", inner: e);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static KubernetesClientConfiguration Prepare(KubernetesClientConfiguration config)
    {
        config.UserAgent = "eventgateway";
        config.FirstMessageHandlerSetup = handler =>
        {
            handler.KeepAlivePingDelay = PingDelay;
            handler.KeepAlivePingTimeout = PingTimeout;
            handler.ConnectTimeout = ConnectTimeout;
            handler.AutomaticDecompression = DecompressionMethods.GZip;
            if (!string.IsNullOrEmpty(config.TlsServerName))
            {
                handler.SslOptions.TargetHost = config.TlsServerName;
            }
        };
        return config;
    }

    private static async Task<byte[]> ReadFaultAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[MaxFaultBytes];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return bytes[..length];
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
        _ => null,
    };

    /// <summary>Whether an exception says that the other side, or the way there, is not well.</summary>
    public static bool IsNetwork(Exception e) => e is HttpRequestException or IOException or SocketException or AuthenticationException;

    private static bool IsConfiguration(Exception e) => e is KubeConfigException or CryptographicException or UnauthorizedAccessException or FormatException or ArgumentException
        or AggregateException { InnerException: IOException or UnauthorizedAccessException };

    private static string Innermost(Exception e) => e.InnerException is { } inner && inner is not SocketException { Message: "" } ? Innermost(inner) : e.Message.ReplaceLineEndings(" ");
}
