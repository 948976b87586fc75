using System.Collections.Concurrent;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using EventGateway.TestKit.Kubernetes;
using EventGateway.TestKit.Kubernetes.Faults;
using EventGateway.TestKit.Kubernetes.Server;
using k8s;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Watch;

/// <summary>
/// Everything that can go wrong with a watch, at random and at once, while objects come, change and go: at no moment is anything missing that was
/// there all the time; at the end the watched state is that of a fresh list; and the server was not asked without end.
/// </summary>
public sealed class WatchFaultTests : IAsyncLifetime
{
    private const int Stable = 6;
    private const int Rounds = 60;

    private readonly ConcurrentBag<string> _wrong = [];
    private KubernetesCluster _cluster = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await KubernetesCluster.StartAsync(new ApiServerOptions { BookmarkInterval = TimeSpan.FromMilliseconds(300), History = 40 });

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Faults_AtRandom_TheImageIsAFreshLists(int seed)
    {
        var server = _cluster.ApiDouble;
        var ns = await _cluster.CreateNamespaceAsync("shop");
        await _cluster.InstallKongKindsAsync();
        await _cluster.CreateServiceAsync(ns);
        await _cluster.CreateSliceAsync(ns);
        for (var i = 0; i < Stable; i++)
        {
            await _cluster.CreateIngressAsync(ns, $"stable-{i}", $"/stable/{i}");
        }

        await using (var watched = new WatchedCluster(_cluster, WatchedCluster.Of(ns), onState: s => Check(s, ns)))
        {
            await watched.UntilAsync(w => w.Routes(ns).Split(' ').Length == 2 * Stable, "what is there from the start");
            server.Requests.Clear();
            AddFaults(server, seed);
            await ChurnAsync(ns, new Random(seed), server);
            server.Faults.Clear();
            var expected = await FreshAsync(ns);
            await watched.UntilAsync(w => Text(w.State!, ns) == expected, $"the state of a fresh list:\n{expected}");
            Assert.Empty(_wrong);

            // Every stream is asked for anew at most once in a pause; the pauses grow while faults go on. Without them there are no requests but by events.
            var requests = server.Requests.Count(r => r.Verb is "list" or "watch" && r.Resource.Length > 0 && r.Resource != "namespaces");
            Assert.InRange(requests, 1, 2500);
        }
    }

    private static void AddFaults(ApiServer server, int seed)
    {
        var kinds = new[]
        {
            (FaultKind.WatchDrop, 0.03), (FaultKind.WatchEnd, 0.03), (FaultKind.WatchDuplicate, 0.1), (FaultKind.WatchLate, 0.03), (FaultKind.WatchSwap, 0.05),
            (FaultKind.WatchGarbage, 0.02), (FaultKind.WatchGone, 0.03), (FaultKind.WatchError, 0.02),
        };
        for (var i = 0; i < kinds.Length; i++)
        {
            server.Faults.Add(new FaultRule(kinds[i].Item1) { Probability = kinds[i].Item2, Seed = seed + i, Delay = TimeSpan.FromMilliseconds(20), Matches = IsWatched });
        }

        server.Faults.Add(new FaultRule(FaultKind.Drop) { Probability = 0.05, Seed = seed + 20, Matches = IsWatched });
        server.Faults.Add(new FaultRule(FaultKind.Status) { Code = 500, Probability = 0.05, Seed = seed + 21, Matches = IsWatched });
        server.Faults.Add(new FaultRule(FaultKind.Status) { Code = 410, Probability = 0.05, Seed = seed + 22, Matches = IsWatched });
        server.Faults.Add(new FaultRule(FaultKind.Status) { Code = 401, Probability = 0.03, Seed = seed + 23, Matches = IsWatched });
        server.Faults.Add(new FaultRule(FaultKind.Status) { Code = 403, Probability = 0.03, Seed = seed + 24, Matches = IsWatched });
        server.Faults.Add(new FaultRule(FaultKind.Slow) { Delay = TimeSpan.FromMilliseconds(50), Probability = 0.05, Seed = seed + 25, Matches = IsWatched });
    }

    private static bool IsWatched(ApiRequest request) => request.Verb is "list" or "watch";

    private async Task ChurnAsync(string ns, Random random, ApiServer server)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            var (name, path, isDelete) = ($"churn-{random.Next(8)}", round, random.Next(2) == 0);
            await AgainAsync(async client =>
            {
                try
                {
                    await ChangeAsync(client, ns, name, $"/churn/{name}/{path}", isDelete, present);
                }
                catch (k8s.Autorest.HttpOperationException e) when (e.Response.StatusCode == System.Net.HttpStatusCode.Conflict)
                {
                    present.Add(name);
                }
                catch (k8s.Autorest.HttpOperationException e) when (e.Response.StatusCode == System.Net.HttpStatusCode.NotFound)
                {
                    present.Remove(name);
                }
            });
            await DisturbAsync(round, server);
        }
    }

    private static async Task ChangeAsync(k8s.Kubernetes client, string ns, string name, string path, bool isDelete, HashSet<string> present)
    {
        if (!present.Contains(name))
        {
            await client.NetworkingV1.CreateNamespacedIngressAsync(ClusterObjects.Ingress(name, path, "a.test", "web", null, "kong", null), ns, cancellationToken: Cancelled);
            present.Add(name);
        }
        else if (isDelete)
        {
            await client.NetworkingV1.DeleteNamespacedIngressAsync(name, ns, cancellationToken: Cancelled);
            present.Remove(name);
        }
        else
        {
            var item = await client.NetworkingV1.ReadNamespacedIngressAsync(name, ns, cancellationToken: Cancelled);
            item.Spec.Rules[0].Http.Paths[0].Path = path;
            await client.NetworkingV1.ReplaceNamespacedIngressAsync(item, name, ns, cancellationToken: Cancelled);
        }
    }

    /// <summary>Connections are broken for the test's own client, too; a change that has been made and not been told of counts as made.</summary>
    private async Task AgainAsync(Func<k8s.Kubernetes, Task> change)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var client = _cluster.CreateClient();
            try
            {
                await change(client);
                return;
            }
            catch (HttpRequestException) when (attempt < 5)
            {
                // Broken on purpose.
            }
        }
    }

    private async Task DisturbAsync(int round, ApiServer server)
    {
        switch (round % 20)
        {
            case 5:
                server.Compact();
                server.BreakConnections();
                break;
            case 10:
                // A server that hears and says nothing.
                using (server.Faults.Partition(IsWatched))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, Cancelled);
                }

                break;
            case 15:
                await server.StopAsync();
                await server.StartAsync();
                break;
            default:
                await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, Cancelled);
                break;
        }
    }

    private void Check(SourceState state, string ns)
    {
        if (!state.Workspaces.TryGetValue(ns, out var workspace))
        {
            _wrong.Add("the workspace is missing");
            return;
        }

        var sources = workspace.Entities.Values.Select(e => e.Entity).OfType<Route>().Select(r => r.Source).ToHashSet(StringComparer.Ordinal);
        foreach (var missing in Enumerable.Range(0, Stable).Select(i => $"Ingress {ns}/stable-{i}").Where(s => !sources.Contains(s)))
        {
            _wrong.Add($"{missing} is missing");
        }
    }

    private async Task<string> FreshAsync(string ns)
    {
        await using var fresh = new WatchedCluster(_cluster, WatchedCluster.Of(ns));
        await fresh.UntilAsync(w => w.State is not null, "a fresh list");
        return Text(fresh.State!, ns);
    }

    private static string Text(SourceState state, string ns) => string.Join('\n', state.Workspaces[ns].Entities.Values
        .Select(e => $"{e.Entity.Key.Text} {(e.Entity is Route route ? route.Matches[0].Path.Value : "")} {(e.Entity is Endpoints endpoints ? endpoints.Addresses[0].Address : "")}")
        .Order(StringComparer.Ordinal));
}
