using CsCheck;
using EventGateway.Core.Image;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Routing;

/// <summary>Whatever the way, the table answers as the rules say for the sum of all images.</summary>
public sealed class IncrementalTests
{
    private static readonly LogName[] Logs = [new("one", "alpha"), new("two", "alpha"), new("one", "beta"), new("one", "gamma")];
    private static readonly string[] Hosts = ["a.x", "b.a.x", "c.b.a.x", "z"];
    private static readonly string[] Paths = ["/", "/a", "/a/", "/a/b", "/a//b", "/ab", "/abc/d", "/A", "/a%2Fb"];

    private static readonly Gen<HostMatch?> GenHost = Gen.OneOf<HostMatch?>(null, Config.Host("a.x"), Config.Host("b.a.x"), Config.Host("*.a.x"), Config.Host("**.a.x"), Config.Host("**.x"));

    private static readonly Gen<PathMatch> GenPath = Gen.OneOf(
        Gen.Select(Gen.OneOf("/", "/a", "/a/", "/a/b", "/ab"), v => new PathMatch(PathMatchType.Prefix, v)),
        Gen.Select(Gen.OneOf("/", "/a", "/a/", "/a//b", "/abc/d"), v => new PathMatch(PathMatchType.Exact, v)),
        Gen.Select(Gen.OneOf("/", "/a", "/ab"), v => new PathMatch(PathMatchType.StartsWith, v)),
        Gen.Select(Gen.OneOf("/a", "/[a-z]+/b", "/ab?$", "/(a|A)", "/a|/ab"), v => new PathMatch(PathMatchType.Regex, v)));

    private static readonly Gen<RouteMatch> GenMatch = Gen.Select(
        GenPath, Gen.OneOf<string[]>([], ["GET"], ["PUT"]), Gen.ULong[0, 2],
        (path, methods, priority) => new RouteMatch(path) { Methods = [.. methods], Priority = priority });

    private static readonly Gen<Route> GenRoute = Gen.Select(
        Gen.Int[0, 5], GenHost.Array[0, 2], GenMatch.Array[1, 3], Gen.Int[0, 3], Gen.OneOf(RouteProtocols.Http, RouteProtocols.Https, RouteProtocols.Http | RouteProtocols.Https),
        (name, hosts, matches, day, protocols) => new Route(Config.RouteKey($"r{name}"))
        {
            Hosts = hosts.Any(h => h is null) ? [] : [.. hosts.Distinct()!],
            Matches = [.. matches],
            CreatedAt = day == 0 ? null : Config.Epoch.AddDays(day),
            Protocols = protocols,
        });

    private static readonly Gen<Step> GenStep = Gen.Select(
        Gen.Int[0, Logs.Length - 1], GenRoute.Array[0, 4], Gen.Int[0, 5].Array[0, 3],
        (log, put, remove) => new Step(log, put, remove));

    [Fact]
    public void OnImage_RandomChangeSets_MatchesAsTheRulesSay() => GenStep.Array[1, 12].Sample(
        steps =>
        {
            var table = new RoutingTable();
            var logs = Logs.Select(name => new TestLog(name, table)).ToArray();
            foreach (var step in steps)
            {
                step.ApplyTo(logs[step.Log]);
                Check(table, logs);
            }

            foreach (var log in logs)
            {
                log.Remove([.. log.Image.Routes.Select(r => r.Entity.Key)]);
            }

            Check(table, logs);
        },
        iter: 400);

    [Fact]
    public void OnImage_RandomChangeSets_SameAsOneTableBuiltAtOnce() => GenStep.Array[1, 12].Sample(
        steps =>
        {
            var table = new RoutingTable();
            var logs = Logs.Select(name => new TestLog(name, table)).ToArray();
            foreach (var step in steps)
            {
                step.ApplyTo(logs[step.Log]);
            }

            var atOnce = new RoutingTable();
            foreach (var log in logs.Reverse())
            {
                atOnce.OnImage(log.Name, ConfigDelta.FromEmpty(log.Image), log.Image);
            }

            foreach (var request in Grid())
            {
                Assert.Equal(Describe(atOnce, request), Describe(table, request));
            }

            Assert.All(logs, log => Assert.Equal(atOnce.Refused(log.Name), table.Refused(log.Name)));
        },
        iter: 300);

    private static void Check(RoutingTable table, TestLog[] logs)
    {
        var reference = new ReferenceMatcher(logs.SelectMany(l => l.Image.Routes.Select(r => (l.Name, r.Entity))));
        foreach (var request in Grid())
        {
            Assert.Equal(reference.Match(in request), Describe(table, request));
        }

        Assert.Equal(
            reference.Shadowed.Order().ToArray(),
            logs.SelectMany(l => table.Refused(l.Name).Select(r => (l.Name, r.Key))).Order().ToArray());
    }

    private static IEnumerable<RouteRequest> Grid() =>
        from host in Hosts
        from path in Paths
        from method in new[] { "GET", "PUT" }
        from isHttps in new[] { false, true }
        select Tables.Request(host, path, method, isHttps);

    private static string? Describe(RoutingTable table, RouteRequest request) =>
        table.TryMatch(in request, out var hit) ? $"{hit.Log} {hit.Route.Key} {hit.MatchIndex}" : null;

    private sealed record Step(int Log, Route[] Routes, int[] Removed)
    {
        public void ApplyTo(TestLog log) => log.Change(Routes, Removed.Select(r => Config.RouteKey($"r{r}")).Except(Routes.Select(r => r.Key)));

        public override string ToString() =>
            $"{Logs[Log]}: put {string.Join(", ", Routes.Select(r => $"{r.Key}@{r.CreatedAt:dd} {string.Join('|', r.Hosts)} [{string.Join(" ", r.Matches.Select(m => $"{m.Path.Type} {m.Path.Value} {string.Join(',', m.Methods)} p{m.Priority}"))}] {r.Protocols}"))}; remove {string.Join(",", Removed)}";
    }
}
