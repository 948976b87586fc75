using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using EventGateway.TestKit.Processes;
using Xunit;

namespace EventGateway.EndToEnd.Tests.Fixtures;

/// <summary>Clients that send one request after the other over connections they keep, as long as the server lets them, until they are told to stop.</summary>
internal sealed class LoopedLoad : IAsyncDisposable
{
    private readonly HttpMessageInvoker _client;
    private readonly Uri _address;
    private readonly Version _version;
    private readonly string _host;
    private readonly string _expected;
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly Task _running;
    private long _answers;
    private long _closing;
    private long _connections;
    private volatile bool _stopping;

    private LoopedLoad(GatewayProcess gateway, Version version, int clients, string host, string path, string expected)
    {
        (_version, _host, _expected) = (version, host, expected);
        var isTls = version == HttpVersion.Version20;
        _address = new Uri($"{(isTls ? "https" : "http")}://127.0.0.1:{(isTls ? gateway.HttpsPort : gateway.HttpPort)}{path}");
#pragma warning disable CA5359 // Whose certificate it is does not matter here.
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = ConnectAsync,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        });
#pragma warning restore CA5359
        _running = Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(RunAsync)));
    }

    public long Answers => Interlocked.Read(ref _answers);

    /// <summary>Answers that carried <c>Connection: close</c>.</summary>
    public long ClosingAnswers => Interlocked.Read(ref _closing);

    public long Connections => Interlocked.Read(ref _connections);

    /// <param name="version">HTTP/1.1 in clear, or HTTP/2 over TLS.</param>
    public static LoopedLoad Start(GatewayProcess gateway, Version version, int clients, string host, string path, string expected) =>
        new(gateway, version, clients, host, path, expected);

    public Task GoOnAsync(GatewayProcess gateway, int answers)
    {
        var before = Answers;
        return Eventually.HoldsAsync(() => Task.FromResult(Answers >= before + answers || !_failures.IsEmpty), $"{answers} more answers over HTTP/{_version}", [gateway]);
    }

    /// <summary>Sends nothing more, waits for what is in flight, and fails when a request has.</summary>
    public async Task AssertNoFailureAsync(GatewayProcess gateway)
    {
        _stopping = true;
        await _running;
        Assert.True(_failures.IsEmpty, $"{_failures.Count} of {Answers} requests over HTTP/{_version} failed:\n{string.Join('\n', _failures.Take(10))}\n{gateway.Describe()}");
    }

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await _running;
        _client.Dispose();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _connections);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task RunAsync()
    {
        while (!_stopping)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, _address) { Version = _version, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Headers = { Host = _host } };
            try
            {
                using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
                using var answer = await _client.SendAsync(request, deadline.Token);
                var text = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(deadline.Token)}";
                Interlocked.Increment(ref _answers);
                Interlocked.Add(ref _closing, answer.Headers.ConnectionClose == true ? 1 : 0);
                if (text != _expected)
                {
                    _failures.Enqueue(text);
                }
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
            {
                _failures.Enqueue($"{e.GetType().Name}: {e.Message} {e.InnerException?.Message}");
            }
        }
    }
}
