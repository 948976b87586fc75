using EventGateway.Core.Log;
using EventGateway.Core.Sealing;
using EventGateway.TestKit.Processes;

namespace EventGateway.EndToEnd.Tests.Fixtures;

/// <summary>A watcher on a manifest folder and proxies, all of them processes, with the topics between them.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    public const string Origin = "east";

    private readonly List<GatewayProcess> _others = [];

    public Fleet(string servers)
    {
        Topics = new Topics(servers);
        File.WriteAllText(Folder["key-ring"], KeyRing.NewLine("e2e"));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Folder["key-ring"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Manifests = new TestFolder();
        Watcher = NewWatcher("watcher", Manifests.Path);
    }

    public TestFolder Folder { get; } = new();

    /// <summary>What the watcher watches.</summary>
    public TestFolder Manifests { get; }

    public Topics Topics { get; }

    public GatewayProcess Watcher { get; }

    public List<GatewayProcess> Proxies { get; } = [];

    public IEnumerable<GatewayProcess> All => [Watcher, .. Proxies, .. _others];

    public GatewayProcess NewWatcher(string name, string manifests, params IEnumerable<string> more)
    {
        var watcher = new GatewayProcess(
            name,
            [
                "watcher", "--kafka", Topics.Servers, "--prefix", Topics.Prefix, "--origin", Origin, "--manifests", manifests, "--create-topics", "--key-ring", Folder["key-ring"],
                "--status-port", "{status}", "--bind", "127.0.0.1", .. more,
            ]);
        _others.Add(watcher);
        return watcher;
    }

    /// <param name="keyRing">Whether it may open private keys.</param>
    public GatewayProcess NewProxy(string name, bool keyRing = true, params IEnumerable<string> more)
    {
        var proxy = new GatewayProcess(
            name,
            [
                "proxy", "--kafka", Topics.Servers, "--prefix", Topics.Prefix, .. keyRing ? (string[])["--key-ring", Folder["key-ring"]] : [],
                "--http-port", "{http}", "--https-port", "{https}", "--status-port", "{status}", "--bind", "127.0.0.1", .. more,
            ]);
        Proxies.Add(proxy);
        return proxy;
    }

    /// <summary>Starts what is not running and waits until all is ready.</summary>
    public async Task StartAsync()
    {
        foreach (var process in ((IEnumerable<GatewayProcess>)[Watcher, .. Proxies]).Where(p => !p.IsRunning))
        {
            process.Start();
        }

        foreach (var process in (IEnumerable<GatewayProcess>)[Watcher, .. Proxies])
        {
            await process.WaitUntilReadyAsync();
        }
    }

    /// <summary>Waits until every proxy serves exactly what the watcher has committed last.</summary>
    public async Task<GatewayStatus> ConvergedAsync()
    {
        GatewayStatus? agreed = null;
        await Eventually.BecomesAsync(
            async () =>
            {
                var statuses = await Task.WhenAll(((IEnumerable<GatewayProcess>)[Watcher, .. Proxies]).Select(async p => (p.Name, Status: await p.GetStatusAsync())));
                agreed = statuses[0].Status;
                return string.Join('\n', statuses.Select(s => $"{s.Name}: ready={s.Status?.Ready} matches={s.Status?.Logs.All(l => l.HashMatches)} {s.Status?.Fingerprint}"));
            },
            text => text.Split('\n').Select(l => l[(l.IndexOf(':', StringComparison.Ordinal) + 1)..]).Distinct().Count() == 1
                && text.Contains("ready=True matches=True", StringComparison.Ordinal) && agreed is { Logs.IsEmpty: false },
            "watcher and proxies to agree on one image",
            [Watcher, .. Proxies]);
        return agreed!;
    }

    public static LogName Log(string workspace) => new(Origin, workspace);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in All)
        {
            await process.DisposeAsync();
        }

        await Topics.DisposeAsync();
        Folder.Dispose();
        Manifests.Dispose();
    }
}
