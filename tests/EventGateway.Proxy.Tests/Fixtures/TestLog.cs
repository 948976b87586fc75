using System.Text;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>One log whose change sets go straight to the publishers.</summary>
internal sealed class TestLog(string workspace, params IImagePublisher[] publishers)
{
    private static long _serial;

    public TestLog(LogName name, params IImagePublisher[] publishers)
        : this(name.Workspace, publishers) => Name = name;

    public LogName Name { get; } = new("test", workspace);

    public ConfigImage Image { get; private set; } = ConfigImage.Empty;

    /// <summary>What the publishers allocated for the last change set.</summary>
    public long PublisherBytes { get; private set; }

    public Provenance Provenance { get; set; } = Provenance.None;

    public void Put(params Entity[] entities) => Change(entities, []);

    public void Remove(params EntityKey[] keys) => Change([], keys);

    public void Change(IEnumerable<Entity> put, IEnumerable<EntityKey> remove)
    {
        var delta = Prepare(put, remove);
        var image = delta.Apply(NextPosition());
        Image = image;
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var publisher in publishers)
        {
            publisher.OnImage(Name, delta, image);
        }

        PublisherBytes = GC.GetAllocatedBytesForCurrentThread() - before;
    }

    public ConfigDelta Prepare(IEnumerable<Entity> put, IEnumerable<EntityKey> remove)
    {
        var delta = new ConfigDelta(Image);
        foreach (var entity in put)
        {
            var serial = Interlocked.Increment(ref _serial);
            delta.Put(entity, ContentHash.Of(Encoding.UTF8.GetBytes($"{serial}")), new RecordVersion(1, serial), Provenance);
        }

        foreach (var key in remove)
        {
            delta.Remove(key);
        }

        return delta;
    }

    public LogPosition NextPosition() => Image.Position with { Commit = Image.Position.Commit + 1, LogId = new Guid(1, 2, 3, [1, 2, 3, 4, 5, 6, 7, 8]) };
}
