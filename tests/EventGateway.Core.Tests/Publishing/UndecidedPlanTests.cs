using EventGateway.Core.Image;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using Xunit;

namespace EventGateway.Core.Tests.Publishing;

/// <summary>What the log has, and the source cannot say anything about, stays.</summary>
public sealed class UndecidedPlanTests
{
    private static readonly HashSet<EntityKey> NoRepairs = [];
    private static readonly Route Stream = Samples.StreamRoute();

    [Fact]
    public void Plan_UndecidedRoute_StaysWithWhatItPointsAt()
    {
        var backend = Samples.Backend() with { EndpointsGroup = "shop/db" };
        var route = Stream with { Backends = [new WeightedBackend(backend.Key, 1)] };
        var endpoints = Samples.Endpoints() with { Group = "shop/db" };
        var actual = PublishPlannerTests.ImageOf(Desired(route, backend, endpoints, Samples.Route() with { Backends = [] }));

        var plan = Plan(DesiredState.Empty with { IsUndecided = e => e is Route { IsStream: true } }, actual);

        Assert.Equal([Samples.Route().Key], plan.ChangeSets.SelectMany(s => s.Changes).Select(c => c.Key));
        Assert.Equal(3, plan.LeftAlone);
    }

    [Fact]
    public void Plan_RouteThatWasWantedOnce_IsNotUndecided()
    {
        var planner = new PublishPlanner(Samples.Shop, new PublisherOptions { Origin = "a" }, null);
        var wanted = Desired(Stream with { Backends = [] });
        var actual = PublishPlannerTests.ImageOf(wanted);
        planner.Plan(wanted, actual, NoRepairs);
        var plan = planner.Plan(DesiredState.Empty with { IsUndecided = e => e is Route { IsStream: true } }, actual, NoRepairs);
        Assert.Equal(Stream.Key, Assert.Single(plan.ChangeSets.SelectMany(s => s.Changes)).Key);
        Assert.Equal(0, plan.LeftAlone);
    }

    [Fact]
    public void Plan_TentativeEntity_IsPutOnlyWhereThereIsNothing()
    {
        var known = Samples.Backend();
        var tentative = new DesiredEntity(known with { EndpointsGroup = "shop/other" }, Provenance.None) { IsTentative = true };
        var actual = PublishPlannerTests.ImageOf(Desired(known));
        Assert.Empty(Plan(DesiredState.Of([tentative]), actual).ChangeSets);
        Assert.Single(Plan(DesiredState.Of([tentative]), ConfigImage.Empty).ChangeSets);
        Assert.Single(Plan(DesiredState.Of([tentative with { IsTentative = false }]), actual).ChangeSets);
    }

    private static DesiredState Desired(params Entity[] entities) => DesiredState.Of(entities.Select(e => new DesiredEntity(e, Provenance.None)));

    private static PublishPlan Plan(DesiredState desired, ConfigImage actual) => new PublishPlanner(Samples.Shop, new PublisherOptions { Origin = "a" }, null).Plan(desired, actual, NoRepairs);
}
