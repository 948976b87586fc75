using System.Net;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using EventGateway.TestKit.Processes;

namespace EventGateway.EndToEnd.Tests.Fixtures;

/// <summary>One proxy as a process, and the log it reads, written from here change set by change set.</summary>
internal sealed class ChangeStage : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly LogWriter _writer;

    // A plain and a TLS connection pool: HTTP/1.1 on the first, HTTP/2 on the second.
    private readonly HttpMessageInvoker _plain = new(new SocketsHttpHandler { UseProxy = false });
#pragma warning disable CA5359 // What is looked at here are answers; no authority has signed the certificates.
    private readonly HttpMessageInvoker _tls = new(new SocketsHttpHandler { UseProxy = false, SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } });
#pragma warning restore CA5359
    private long _served;

    private ChangeStage(string servers, string prefix)
    {
        var ring = KeyRing.NewLine("e2e");
        File.WriteAllText(_folder["key-ring"], ring);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder["key-ring"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        _writer = new LogWriter(servers, prefix, KeyRing.Parse(ring));
        Proxy = new GatewayProcess(
            "proxy",
            [
                "proxy", "--kafka", servers, "--prefix", prefix, "--key-ring", _folder["key-ring"], "--http-port", "{http}", "--https-port", "{https}", "--status-port", "{status}",
                "--bind", "127.0.0.1",
            ]);
    }

    public GatewayProcess Proxy { get; }

    /// <summary>The last commit the proxy is known to serve.</summary>
    public long Served => Interlocked.Read(ref _served);

    public static async Task<ChangeStage> StartAsync(string servers, IEnumerable<Entity> entities)
    {
        var stage = new ChangeStage(servers, $"e2e.{Guid.NewGuid():N}"[..16]);
        await stage._writer.StartAsync();
        await stage._writer.ChangeAsync(entities);
        await stage.Proxy.Start().WaitUntilReadyAsync();
        return stage;
    }

    /// <summary>Appends one change set and waits until the proxy serves it.</summary>
    public async Task ChangeAsync(IEnumerable<Entity> put, params IEnumerable<EntityKey> remove)
    {
        var commit = await _writer.ChangeAsync(put, remove);
        await Proxy.WaitForStatusAsync(s => s.Log(LogWriter.Log.Workspace)?.Commit >= commit, $"commit {commit} to be served");
        Interlocked.Exchange(ref _served, commit);
    }

    /// <summary>The answer's body; its status when it is no 200; what went wrong when there is none.</summary>
    public async Task<string> GetAsync(string host, bool overTls, string path = "/")
    {
        var address = overTls ? $"https://127.0.0.1:{Proxy.HttpsPort}{path}" : $"http://127.0.0.1:{Proxy.HttpPort}{path}";
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Host = host } };
        if (overTls)
        {
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        try
        {
            using var answer = await (overTls ? _tls : _plain).SendAsync(request, deadline.Token);
            return answer.StatusCode == HttpStatusCode.OK ? await answer.Content.ReadAsStringAsync(deadline.Token) : $"{(int)answer.StatusCode}";
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            return $"{e.GetType().Name}: {e.GetBaseException().Message}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        _plain.Dispose();
        _tls.Dispose();
        await Proxy.DisposeAsync();
        await _writer.DisposeAsync();
        _folder.Dispose();
    }
}
