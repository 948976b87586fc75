using CsCheck;
using EventGateway.Core.Image;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using EventGateway.Core.Tests.Image;
using Xunit;

namespace EventGateway.Core.Tests.Publishing;

public sealed class PublishPlannerProperties
{
    private static readonly PublisherOptions Options = new() { Origin = "a", MassRemovalPercent = 100 };

    /// <summary>Which routes there are and what each points at; which other backends and endpoints there are besides; all contents.</summary>
    private static readonly Gen<(int?[] Routes, int[] Backends, int[] Endpoints, int Content)> GenState = Gen.Select(
        Gen.Int[0, 5].Nullable().Array[6], Gen.Int[0, 5].Array[0, 4], Gen.Int[0, 5].Array[0, 4], Gen.Int[1, 3]);

    [Fact]
    public void Plan_AnyClosedStates_ReachesTheDesiredOverClosedOnes() => Gen.Select(GenState, GenState, Gen.Int[0, 5]).Sample((from, to, refused) =>
    {
        ConfigImage actual = PublishPlannerTests.ImageOf(State(from)), desired = PublishPlannerTests.ImageOf(State(to));

        var plan = new PublishPlanner(Samples.Shop, Options, null).Plan(State(to), actual, new HashSet<EntityKey>());

        Assert.Equal(ConfigDelta.Between(actual, desired).Count, plan.ChangeSets.Sum(s => s.Changes.Length));
        var image = AssertClosedAfterEach(actual, plan);
        Assert.Equal(LogScript.Describe(desired, versions: false), LogScript.Describe(image, versions: false));

        // The same with a route that is refused and so stays what it was.
        var broken = EntityKey.Route("shop", $"r{refused}", "0");
        var wanted = new DesiredState(State(to).Entities.SetItem(broken, new DesiredEntity(new Route(broken), Provenance.None)));
        plan = new PublishPlanner(Samples.Shop, Options, null).Plan(wanted, actual, new HashSet<EntityKey>());
        Assert.Equal(broken.Text, Assert.Single(plan.Refused).Key);
        image = AssertClosedAfterEach(actual, plan);
        Assert.Equal(actual.Find(broken)?.Hash, image.Find(broken)?.Hash);
    });

    /// <summary>A planner that goes on from its last plan says what one that compares everything says, and leaves nothing pointing at nothing: also over refusals, what could not be read, held removals, skipped states and damage.</summary>
    [Fact]
    public void Plan_AnyStatesOneAfterTheOther_EqualsAPlanFromScratch() => Gen.Select(GenState, Gen.Int[0, 5].Nullable(), Gen.Bool, Gen.Bool, Gen.Int[0, 5].Nullable(), Gen.Int[0, 5].Nullable()).Array[1, 8].Sample(steps =>
    {
        var options = new PublisherOptions { Origin = "a", MassRemovalPercent = 20 };
        var planner = new PublishPlanner(Samples.Shop, options, null);
        var (desired, actual) = (DesiredState.Empty, PublishPlannerTests.ImageOf(State(steps[0].Item1)));
        HashSet<EntityKey> wantedOnce = [];
        foreach (var (state, broken, isPartial, isSkipped, undecided, tentative) in steps)
        {
            desired = Next(desired, State(state), broken, tentative) with
            {
                IsPartial = isPartial,
                IsUndecided = undecided is null ? null : e => e.Key == EntityKey.Route("shop", $"r{undecided}", "0"),
            };
            if (isSkipped)
            {
                continue;
            }

            wantedOnce.UnionWith(desired.Entities.Keys);
            HashSet<EntityKey> repairs = broken is null ? [] : [EntityKey.Backend("shop", $"b{broken}", "80")];
            var scratch = new PublishPlanner(Samples.Shop, options, null);
            scratch.Plan(DesiredState.Of(wantedOnce.Select(k => new DesiredEntity(new Route(k), Provenance.None))), actual, repairs);
            scratch.StartOver();
            var (plan, expected) = (planner.Plan(desired, actual, repairs), scratch.Plan(desired, actual, repairs));
            Assert.Equal(Text(expected), Text(plan));
            actual = AssertClosedAfterEach(actual, plan);
            wantedOnce.RemoveWhere(k => !desired.Entities.ContainsKey(k) && actual.Find(k) is null);
        }
    });

    private static string Text(PublishPlan plan) =>
        $"{plan.HeldRemovals} held, {plan.LeftAlone} left, {string.Join(' ', plan.Refused)}: {string.Join(' ', plan.ChangeSets.SelectMany(s => s.Changes).Select(c => $"{c.Key}={c.Hash}"))}";

    /// <summary>The state after another, made as a source makes it.</summary>
    private static DesiredState Next(DesiredState before, DesiredState after, int? broken, int? tentative)
    {
        var key = EntityKey.Route("shop", $"r{broken}", "0");
        var wanted = broken is null ? after.Entities : after.Entities.SetItem(key, new DesiredEntity(new Route(key), Provenance.None));
        var unread = EntityKey.Route("shop", $"r{tentative}", "0");
        wanted = wanted.TryGetValue(unread, out var route) ? wanted.SetItem(unread, route with { IsTentative = true }) : wanted;
        return before.With(before.Entities.Keys.Where(k => !wanted.ContainsKey(k)), wanted.Values.Where(w => before.Entities.GetValueOrDefault(w.Entity.Key) != w));
    }

    /// <summary>Every prefix of the changes, wherever a set is cut.</summary>
    private static ConfigImage AssertClosedAfterEach(ConfigImage image, PublishPlan plan)
    {
        foreach (var change in plan.ChangeSets.SelectMany(s => s.Changes))
        {
            image = PublishPlannerTests.Apply(image, [change]);
            var dangling = image.Routes.SelectMany(r => r.Entity.Backends).Where(b => image.Find(b.Backend) is null).ToList();
            Assert.True(dangling.Count == 0, $"After {change.Key} nothing is there for {string.Join(", ", dangling)}");
            var groups = image.Endpoints.Select(e => e.Entity.Group).ToHashSet();
            var served = image.Routes.SelectMany(r => r.Entity.Backends).Select(b => b.Backend).ToHashSet();
            Assert.True(
                image.Backends.Where(b => served.Contains(b.Entity.Key)).All(b => groups.Contains(b.Entity.EndpointsGroup)), $"After {change.Key} a backend that is served has no endpoints");
        }

        return image;
    }

    private static DesiredState State((int?[] Routes, int[] Backends, int[] Endpoints, int Content) state)
    {
        var backends = state.Backends.Concat(state.Routes.OfType<int>()).Distinct().ToList();
        return PublishPlannerTests.Desired(
        [
            .. state.Routes.Select((backend, i) => (backend, i)).Where(r => r.backend is not null).Select(r => new Route(EntityKey.Route("shop", $"r{r.i}", "0"))
            {
                Matches = [new RouteMatch(new PathMatch(PathMatchType.Prefix, "/"))],
                Backends = [new WeightedBackend(EntityKey.Backend("shop", $"b{r.backend}", "80"), 1)],
            }),
            .. backends.Select(b => new Backend(EntityKey.Backend("shop", $"b{b}", "80")) { EndpointsGroup = $"shop/b{b}", DefaultPort = state.Content }),
            .. backends.Concat(state.Endpoints).Distinct().Select(e => new Endpoints(EntityKey.Endpoints("shop", $"b{e}"))
            {
                Group = $"shop/b{e}",
                Addresses = [new EndpointAddress($"10.0.0.{state.Content}")],
            }),
        ]);
    }
}
