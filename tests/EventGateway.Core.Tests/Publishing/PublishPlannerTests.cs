using EventGateway.Core.Image;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using EventGateway.Core.Sealing;
using EventGateway.Core.Tests.Image;
using EventGateway.Core.Wire;
using Xunit;

namespace EventGateway.Core.Tests.Publishing;

public sealed class PublishPlannerTests
{
    private static readonly HashSet<EntityKey> NoRepairs = [];
    private static readonly PublisherOptions Options = new() { Origin = "a" };

    [Fact]
    public void Plan_NothingDiffers_IsEmpty()
    {
        var desired = Desired(Samples.All().Where(e => e is not OpaqueEntity));
        var plan = new PublishPlanner(Samples.Shop, Options, Samples.Ring).Plan(desired, ImageOf(desired), NoRepairs);
        Assert.Empty(plan.ChangeSets);
        Assert.Empty(plan.Refused);
    }

    [Fact]
    public void Plan_OtherProvenanceAlone_PublishesNothing()
    {
        var desired = Desired([Samples.Route()]);
        var other = DesiredState.Of(desired.Entities.Values.Select(e => e with { Provenance = Samples.Provenance with { ResourceVersion = "9999" } }));
        Assert.Empty(new PublishPlanner(Samples.Shop, Options, null).Plan(other, ImageOf(desired), NoRepairs).ChangeSets);
    }

    [Fact]
    public void Plan_ManyChanges_AreSplitByCount()
    {
        var sets = Plan(Desired(Routes(1201)), ConfigImage.Empty).ChangeSets;
        Assert.Equal([500, 500, 201], sets.Select(s => s.Changes.Length));
    }

    [Fact]
    public void Plan_LargeChanges_AreSplitByBytes()
    {
        var large = Routes(7).Select(r => r with { Source = new string('x', 400_000) }).Append(Routes(8)[7] with { Source = new string('y', 3_000_000) });
        var sets = Plan(Desired(large), ConfigImage.Empty).ChangeSets;
        Assert.Equal([2, 2, 2, 1, 1], sets.Select(s => s.Changes.Length));
        Assert.All(sets.Where(s => s.Changes.Length > 1), s => Assert.True(s.Changes.Sum(c => c.Body.Length) <= PublisherOptions.MaxBytesPerSet));
    }

    [Theory]
    [InlineData(100, 20, 20, false)]
    [InlineData(100, 21, 20, true)]
    [InlineData(10, 10, 20, false)]
    [InlineData(11, 11, 20, true)]
    [InlineData(11, 11, 100, false)]
    [InlineData(5000, 5000, 100, false)]
    [InlineData(57, 11, 20, false)]
    [InlineData(57, 12, 20, true)]
    [InlineData(20, 11, 0, true)]
    public void Plan_Removals_AreHeldWhenTheyAreTooMany(int entities, int removed, int percent, bool isHeld)
    {
        var actual = ImageOf(Desired(Routes(entities)));
        var options = new PublisherOptions { Origin = "a", MassRemovalPercent = percent };
        var added = Samples.Listener();

        var plan = new PublishPlanner(Samples.Shop, options, null).Plan(Desired([.. Routes(entities).Skip(removed), added]), actual, NoRepairs);

        Assert.Equal(isHeld ? removed : 0, plan.HeldRemovals);
        Assert.Equal(isHeld ? 0 : removed, plan.ChangeSets.Sum(s => s.Changes.Count(c => c.Entity is null)));
        Assert.Single(plan.ChangeSets.SelectMany(s => s.Changes), c => c.Entity is not null);
    }

    [Fact]
    public void Plan_RefusedEntity_KeepsWhatTheLogHas()
    {
        var actual = ImageOf(Desired([Samples.Route(), Samples.Backend()]));
        var broken = Samples.Route() with { Matches = [], Protocols = RouteProtocols.None };

        var plan = Plan(Desired([broken]), actual);

        var refused = Assert.Single(plan.Refused);
        Assert.Equal(broken.Key.Text, refused.Key);
        Assert.Contains("matches: ", refused.Reason, StringComparison.Ordinal);
        Assert.Contains("protocols: ", refused.Reason, StringComparison.Ordinal);
        Assert.Empty(plan.ChangeSets);
    }

    [Fact]
    public void Plan_Oversize_IsRefusedNamingTheSize()
    {
        var options = new PublisherOptions { Origin = "a", MaxEntityBytes = 1000 };
        var plan = new PublishPlanner(Samples.Shop, options, null).Plan(Desired([Samples.Route() with { Source = new string('x', 5000) }, Samples.Backend()]), ConfigImage.Empty, NoRepairs);

        Assert.Matches("5,[0-9]{3} bytes, more than the 1,000", Assert.Single(plan.Refused).Reason);
        Assert.Equal(Samples.Backend().Key, Assert.Single(Assert.Single(plan.ChangeSets).Changes).Key);
    }

    [Fact]
    public void Plan_CertificateWithoutRing_IsRefusedByName()
    {
        var plan = Plan(Desired([Samples.PlainCertificate(), Samples.Backend()]), ConfigImage.Empty);
        var refused = Assert.Single(plan.Refused);
        Assert.Equal("certificate/shop/tls", refused.Key);
        Assert.Contains("--key-ring", refused.Reason, StringComparison.Ordinal);
        Assert.Single(plan.ChangeSets);
    }

    [Fact]
    public void Plan_CertificateSealedByAnEarlierRun_IsUnchanged()
    {
        var first = new PublishPlanner(Samples.Shop, Options, Samples.Ring).Plan(Desired([Samples.PlainCertificate()]), ConfigImage.Empty, NoRepairs);
        var image = Apply(ConfigImage.Empty, first.ChangeSets[0].Changes);
        Assert.IsType<SealedSecret>(Assert.Single(image.Certificates).Entity.PrivateKey);

        Assert.Empty(new PublishPlanner(Samples.Shop, Options, Samples.Ring).Plan(Desired([Samples.PlainCertificate()]), image, NoRepairs).ChangeSets);
    }

    [Fact]
    public void Plan_RotatedRing_SealsAnew()
    {
        var image = ImageOf(Desired([Samples.Certificate()]));
        var rotated = KeyRing.Parse($"{KeyRing.NewLine("k2")}\nk1: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");

        var plan = new PublishPlanner(Samples.Shop, Options, rotated).Plan(Desired([Samples.PlainCertificate()]), image, NoRepairs);

        var change = Assert.Single(Assert.Single(plan.ChangeSets).Changes);
        Assert.Equal("k2", Assert.IsType<SealedSecret>(Assert.IsType<Certificate>(change.Entity).PrivateKey).KeyId);
    }

    [Fact]
    public void Plan_KindsAndFeaturesOfANewerWriter_AreLeftAlone()
    {
        var actual = ImageOf(Desired([Samples.Unknown(), Samples.Feature(), Samples.Backend()]));
        var plan = Plan(DesiredState.Empty, actual);
        Assert.Equal([Samples.Backend().Key], plan.ChangeSets.SelectMany(s => s.Changes).Select(c => c.Key));
    }

    [Fact]
    public void Plan_Repairs_AreWrittenAgainOrRemoved()
    {
        var desired = Desired([Samples.Route(), Samples.Backend()]);
        HashSet<EntityKey> repairs = [Samples.Route().Key, EntityKey.Route("shop", "stranger", "0")];

        var changes = new PublishPlanner(Samples.Shop, Options, null).Plan(desired, ImageOf(desired), repairs).ChangeSets.SelectMany(s => s.Changes).ToList();

        Assert.Equal([("route/shop/web/0.1", true), ("route/shop/stranger/0", false)], changes.Select(c => (c.Key.Text, c.Entity is not null)));
    }

    [Fact]
    public void Plan_UnchangedReferences_AreNotEncodedAgain()
    {
        var desired = Desired(Routes(2000));
        var actual = ImageOf(desired);
        var planner = new PublishPlanner(Samples.Shop, Options, null);
        var first = Allocated(() => planner.Plan(desired, actual, NoRepairs));

        var entity = desired.Entities.Values.First();
        var changed = new DesiredState(desired.Entities.SetItem(entity.Entity.Key, entity with { Entity = (Route)entity.Entity with { Source = "changed" } }));
        var second = Allocated(() => Assert.Single(Assert.Single(planner.Plan(changed, actual, NoRepairs).ChangeSets).Changes));

        Assert.True(second < first / 4, $"The first plan allocates {first} bytes, one that differs in one of 2,000 {second}");
    }

    [Fact]
    public void Plan_OneChange_CostsTheSameInALogOfAnySize()
    {
        Assert.Equal(BytesOfOneChange(100), BytesOfOneChange(10_000), tolerance: 4_000);

        static double BytesOfOneChange(int routes)
        {
            var desired = Desired(Routes(routes));
            var actual = ImageOf(desired);
            var planner = new PublishPlanner(Samples.Shop, Options, null);
            planner.Plan(desired, actual, NoRepairs);
            return Enumerable.Range(0, 3).Min(i =>
            {
                var route = Routes(1)[0] with { Source = $"changed {i}" };
                desired = desired.With([], [new DesiredEntity(route, Provenance.None)]);
                return Allocated(() => Assert.Single(planner.Plan(desired, actual, NoRepairs).ChangeSets));
            });
        }
    }

    [Fact]
    public void Plan_AfterStartOver_SeesWhatSomebodyElseWrote()
    {
        var desired = Desired(Routes(3));
        var planner = new PublishPlanner(Samples.Shop, Options, null);
        planner.Plan(desired, ImageOf(desired), NoRepairs);
        planner.StartOver();
        Assert.Equal(2, Assert.Single(planner.Plan(desired, ImageOf(Desired(Routes(1))), NoRepairs).ChangeSets).Changes.Length);
    }

    [Fact]
    public void With_OfTheEmptyState_KeepsNothingAliveForEver()
    {
        var first = Grow(out var ofFirst);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(ofFirst.IsAlive);
        GC.KeepAlive(first);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static DesiredState Grow(out WeakReference ofFirst)
        {
            var name = new string('x', 100);
            var state = DesiredState.Empty.With([], Desired(Routes(1)).Entities.Values);
            var key = EntityKey.Route("shop", name, "0");
            ofFirst = new WeakReference(key.Text);
            return state.With([key], []).With([], []);
        }
    }

    [Fact]
    public void ChangedSince_StateOfAnotherHistory_IsNotKnown()
    {
        var first = Desired(Routes(1));
        var second = first.With([], Desired(Routes(2)).Entities.Values);
        var fork = first.With(first.Entities.Keys, []);
        Assert.Empty(first.ChangedSince(first)!);
        Assert.Equal(2, second.ChangedSince(first)!.Count);
        Assert.Null(first.ChangedSince(second));
        Assert.Null(fork.ChangedSince(first));
        Assert.Null(fork.ChangedSince(second));
        Assert.Equal(Routes(2).Select(r => r.Key).ToHashSet(), fork.With([], Desired(Routes(2)).Entities.Values).ChangedSince(fork));
    }

    [Fact]
    public void Plan_Changes_CarryTheLogsOrigin()
    {
        var desired = DesiredState.Of([new DesiredEntity(Samples.Route(), Samples.Provenance with { Origin = "" })]);
        Assert.Equal("a", Plan(desired, ConfigImage.Empty).ChangeSets[0].Changes[0].Provenance.Origin);
    }

    internal static DesiredState Desired(IEnumerable<Entity> entities) => DesiredState.Of(entities.Select(e => new DesiredEntity(e, Provenance.None)));

    internal static Route[] Routes(int count) => [.. Enumerable.Range(0, count).Select(i => (Route)LogScript.EntityOf(EntityKey.Route("shop", $"r{i:0000}", "0"), 1) with { Backends = [] })];

    internal static ConfigImage ImageOf(DesiredState desired) => Apply(ConfigImage.Empty, desired.Entities.Values.Select(e => EntityCodec.ToChange(e.Entity, e.Provenance)));

    internal static ConfigImage Apply(ConfigImage image, IEnumerable<Change> changes)
    {
        var delta = new ConfigDelta(image);
        foreach (var change in changes)
        {
            if (change.Entity is { } entity)
            {
                delta.Put(entity, change.Hash, new RecordVersion(1, 1), change.Provenance);
            }
            else
            {
                delta.Remove(change.Key);
            }
        }

        return delta.Apply(LogPosition.None);
    }

    private static PublishPlan Plan(DesiredState desired, ConfigImage actual) => new PublishPlanner(Samples.Shop, Options, null).Plan(desired, actual, NoRepairs);

    private static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
