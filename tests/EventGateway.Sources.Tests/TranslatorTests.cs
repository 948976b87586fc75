using System.Collections.Immutable;
using System.Diagnostics;
using EventGateway.Core.Model;
using EventGateway.Sources.Kubernetes.Translation;
using Xunit;
using static EventGateway.Sources.Tests.KubernetesObjects;

namespace EventGateway.Sources.Tests;

public sealed class TranslatorTests(ITestOutputHelper output)
{
    private readonly Translator _translator = new(new TranslationOptions { TakeClassless = true }, TimeProvider.System);

    [Fact]
    public void Translate_SameSnapshot_GivesTheSameObjects()
    {
        var snapshot = ClusterSnapshot.Of([Service("shop", "cart"), Ingress("shop", "web", "/")]);
        var first = _translator.Translate(snapshot);
        var second = _translator.Translate(snapshot);

        Assert.Same(first.Desired, second.Desired);
        Assert.True(first.Verdicts == second.Verdicts);
    }

    [Fact]
    public void Translate_OnePathEdited_OnlyItsRouteIsNew()
    {
        var service = Service("shop", "cart");
        var other = Ingress("shop", "other", "/o");
        var far = Ingress("far", "web", "/");
        var before = _translator.Translate(ClusterSnapshot.Of([service, other, Ingress("shop", "web", "/1"), far]));
        var after = _translator.Translate(ClusterSnapshot.Of([service, other, Ingress("shop", "web", "/2"), far]));

        Assert.Same(before.Desired["far"], after.Desired["far"]);
        var changed = after.Desired["shop"].Entities.Where(e => !ReferenceEquals(e.Value, before.Desired["shop"].Entities.GetValueOrDefault(e.Key))).ToList();
        Assert.Equal(EntityKey.Route("shop", "web", "0.0"), Assert.Single(changed).Key);
    }

    [Fact]
    public void Translate_OnePolicyEdited_OnlyItsBackendsAreNew()
    {
        PlacedObject[] others =
        [
            Service("shop", "cart", annotations: new() { ["konghq.com/upstream-policy"] = "even" }), Service("shop", "stock", annotations: new() { ["konghq.com/upstream-policy"] = "other" }),
            Ingress("shop", "web", "/"), Ingress("shop", "store", "/s", service: "stock"), UpstreamPolicy("shop", "other", "latency"),
        ];
        var before = _translator.Translate(ClusterSnapshot.Of([.. others, UpstreamPolicy("shop", "even", "round-robin")]));
        var after = _translator.Translate(ClusterSnapshot.Of([.. others, UpstreamPolicy("shop", "even", "least-connections")]));

        var changed = after.Desired["shop"].Entities.Where(e => !ReferenceEquals(e.Value, before.Desired["shop"].Entities.GetValueOrDefault(e.Key))).ToList();
        Assert.Equal(EntityKey.Backend("shop", "cart", "http"), Assert.Single(changed).Key);
        Assert.Equal(LoadBalancing.LeastConnections, ((Backend)changed[0].Value.Entity).LoadBalancing);
    }

    [Fact]
    public void Translate_CaOfVerifiedServiceGoes_ItsRouteLosesItsBackend()
    {
        PlacedObject[] others =
        [
            Service("shop", "cart", annotations: new() { ["konghq.com/protocol"] = "https", ["konghq.com/tls-verify"] = "true", ["konghq.com/ca-certificates-secrets"] = "ca" }),
            Ingress("shop", "web", "/"),
        ];
        var before = _translator.Translate(ClusterSnapshot.Of([.. others, CaSecret("shop", "ca", "ca-one")]));
        var after = _translator.Translate(ClusterSnapshot.Of(others));

        Assert.True(((Backend)before.Desired["shop"].Entities[EntityKey.Backend("shop", "cart", "http")].Entity).Tls!.Verify);
        Assert.Equal([EntityKey.Route("shop", "web", "0.0")], after.Desired["shop"].Entities.Keys);
        Assert.Empty(((Route)after.Desired["shop"].Entities[EntityKey.Route("shop", "web", "0.0")].Entity).Backends);
        Assert.Equal(VerdictOutcome.Refused, after.Verdicts.Single(v => v.Kind == "Service").Outcome);
    }

    [Fact]
    public void Translate_ServiceAppears_RoutesThatNameItGetTheirBackend()
    {
        var web = Ingress("shop", "web", "/");
        var before = _translator.Translate(ClusterSnapshot.Of([web]));
        var after = _translator.Translate(ClusterSnapshot.Of([web, Service("shop", "cart")]));

        Assert.Empty(((Route)before.Desired["shop"].Entities[EntityKey.Route("shop", "web", "0.0")].Entity).Backends);
        Assert.Single(((Route)after.Desired["shop"].Entities[EntityKey.Route("shop", "web", "0.0")].Entity).Backends);
        Assert.Equal(VerdictOutcome.Refused, before.Verdicts.Single(v => v.Kind == "Ingress").Outcome);
        Assert.Equal(VerdictOutcome.Accepted, after.Verdicts.Single(v => v.Kind == "Ingress").Outcome);
    }

    [Fact]
    public void Translate_WinnerOfAConflictGoes_LoserIsNoLongerWarned()
    {
        var (a, b) = (Ingress("a", "web", "/"), Ingress("b", "web", "/"));
        var together = _translator.Translate(ClusterSnapshot.Of([a, b]));
        var alone = _translator.Translate(ClusterSnapshot.Of([b]));

        Assert.Contains("belongs to Ingress a/web", Assert.Single(together.Verdicts.Single(v => v.Namespace == "b").Warnings), StringComparison.Ordinal);
        Assert.Same(together.Desired["b"], alone.Desired["b"]);
        Assert.Empty(Assert.Single(alone.Verdicts).Warnings);
        Assert.False(alone.Desired.ContainsKey("a"));
    }

    [Fact]
    public void Translate_ObjectMovesInItsFile_OnlyItsVerdictMoves()
    {
        var (item, location) = Ingress("shop", "web", "/");
        var before = _translator.Translate(ClusterSnapshot.Of([new PlacedObject(item, location)]));
        var after = _translator.Translate(ClusterSnapshot.Of([new PlacedObject(item, location with { Line = 99 })]));

        Assert.Same(before.Desired, after.Desired);
        Assert.EndsWith(":99", Assert.Single(after.Verdicts).Source, StringComparison.Ordinal);
    }

    [Fact]
    public void Translate_OneOfTenThousandIngressesEdited_TakesMilliseconds()
    {
        const int count = 10_000;
        var objects = ImmutableArray.CreateBuilder<PlacedObject>();
        objects.Add(Service("shop", "cart"));
        objects.Add(Slice("shop", "cart-a", "cart", "10.0.0.1"));
        for (var i = 0; i < count; i++)
        {
            objects.Add(Ingress("shop", $"web-{i}", $"/{i}", host: $"h{i % 100}.test"));
        }

        var snapshot = ClusterSnapshot.Of(objects);
        var started = Stopwatch.GetTimestamp();
        var state = _translator.Translate(snapshot).Desired["shop"];
        var whole = Stopwatch.GetElapsedTime(started);
        Assert.Equal(count + 2, state.Entities.Count);

        var times = new List<double>();
        for (var round = 0; round < 30; round++)
        {
            objects[2 + (round * 300)] = Ingress("shop", $"web-{round * 300}", $"/edited-{round}", host: "edited.test");
            var edited = objects.ToImmutable();
            started = Stopwatch.GetTimestamp();
            snapshot = ClusterSnapshot.Of(edited, snapshot);
            var next = _translator.Translate(snapshot);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            var changed = next.Desired["shop"].Entities.Count(e => !ReferenceEquals(e.Value, state.Entities.GetValueOrDefault(e.Key)));
            Assert.Equal(1, changed);
            state = next.Desired["shop"];
        }

        times.Sort();
        output.WriteLine($"{count} Ingresses at once: {whole.TotalMilliseconds:0} ms; one edited: median {times[times.Count / 2]:0.0} ms, worst {times[^1]:0.0} ms");
        // Times depend on the machine and who else uses it; their ratio does not: about 1 to 40.
        Assert.True(times[times.Count / 2] < whole.TotalMilliseconds / 5, $"one edited Ingress among {count} took {times[times.Count / 2]:0.0} ms, all of them {whole.TotalMilliseconds:0} ms");
    }
}
