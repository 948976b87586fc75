using System.Globalization;
using CsCheck;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Wire;

namespace EventGateway.Core.Tests.Image;

/// <summary>Random but honest logs: what one writer after the other appends.</summary>
internal static class LogScript
{
    public static readonly EntityKey[] Keys =
    [
        EntityKey.Route("shop", "a", "0"), EntityKey.Route("shop", "b", "0"), EntityKey.Backend("shop", "a", "80"), EntityKey.Backend("shop", "b", "80"),
        EntityKey.Endpoints("shop", "a"), EntityKey.Listener("shop", "web"), EntityKey.Feature("f"), EntityKey.Parse("policy/shop/p"),
    ];

    private static readonly Guid LogId = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");

    /// <summary>Which key, and its new content; 0: removed.</summary>
    private static readonly Gen<(int Key, int Content)> GenStep = Gen.Select(Gen.Int[0, Keys.Length - 1], Gen.Int[0, 4]);

    /// <summary>What each append is: below 2 a heartbeat, 2 a new writer's claim, above a change set.</summary>
    private static readonly Gen<(int Kind, (int Key, int Content)[] Steps)[]> GenAppends = Gen.Select(Gen.Int[0, 9], GenStep.Array[1, 5]).Array[1, 12];

    public static readonly Gen<List<LogRecord>> GenLog = GenAppends.Select(Write);

    public static ConfigImage Replay(IEnumerable<LogRecord> records)
    {
        var assembler = new ImageAssembler();
        foreach (var record in records)
        {
            assembler.Add(record);
        }

        return assembler.Take().Image;
    }

    /// <summary>Whole content of an image as text, versions too.</summary>
    public static string Describe(ConfigImage image, bool versions = true) =>
        $"{image.Hash} {image.Count} {image.PartlyReadCount}\n" + string.Join('\n', image.Entries.OrderBy(e => e.Entity.Key)
            .Select(e => $"{e.Entity.Key} {e.Hash} {(versions ? e.Version : default)} {Convert.ToHexString(EntityCodec.Encode(e.Entity).Span)}"));

    public static Entity EntityOf(EntityKey key, int content) => key.Kind switch
    {
        EntityKind.Route => new Route(key)
        {
            Matches = [new RouteMatch(new PathMatch(PathMatchType.Prefix, $"/{content}"))],
            Backends = [new WeightedBackend(EntityKey.Backend("shop", content % 2 == 0 ? "a" : "b", "80"), 1)],
        },
        EntityKind.Backend => new Backend(key) { EndpointsGroup = "shop/a", DefaultPort = content },
        EntityKind.Endpoints => new Endpoints(key) { Group = "shop/a", Addresses = [new EndpointAddress($"10.0.0.{content}")] },
        EntityKind.Listener => new Listener(key) { Port = content, Protocol = ListenerProtocol.Http },
        EntityKind.Feature => new Feature(key) { Level = content },
        EntityKind.Unknown => new OpaqueEntity(key, 6, System.Text.Encoding.UTF8.GetBytes(content.ToString(CultureInfo.InvariantCulture))),
        _ => throw new ArgumentOutOfRangeException(nameof(key)),
    };

    public static LogRecord Put(EntityKey key, int content, long epoch, long sequence) =>
        RecordCodec.Encode(EntityCodec.ToChange(EntityOf(key, content), Provenance.None), new RecordVersion(epoch, sequence));

    public static LogRecord Commit(ConfigImage image, long commit, long epoch, long sequence, CommitReason reason = CommitReason.Change, int changes = 0) =>
        RecordCodec.Encode(new LogCommit(LogId, commit, new RecordVersion(epoch, sequence), changes, image.Hash, Samples.Created, Samples.Created, reason, true, "a"));

    /// <summary>An honest log of the given steps; each inner list is one change set.</summary>
    public static List<LogRecord> Write((int Kind, (int Key, int Content)[] Steps)[] appends)
    {
        var records = new List<LogRecord>();
        var image = ConfigImage.Empty;
        var version = new RecordVersion(1, 0);
        var commit = 0L;
        Append(Commit(image, commit, 1, Next(), CommitReason.Claim));
        foreach (var (kind, steps) in appends)
        {
            if (kind <= 2)
            {
                version = kind == 2 ? version with { Epoch = version.Epoch + 1 } : version;
                Append(Commit(image, commit, version.Epoch, Next(), kind == 2 ? CommitReason.Claim : CommitReason.Heartbeat));
                continue;
            }

            var delta = new ConfigDelta(image);
            foreach (var (place, content) in steps.DistinctBy(s => s.Key))
            {
                var key = Keys[place];
                var change = content == 0 ? new Change(key, null, default, default, Provenance.None) : EntityCodec.ToChange(EntityOf(key, content), Provenance.None);
                var at = version with { Sequence = Next() };
                Append(RecordCodec.Encode(change, at));
                if (change.Entity is { } entity)
                {
                    delta.Put(entity, change.Hash, at, Provenance.None);
                }
                else
                {
                    delta.Remove(key);
                }
            }

            image = delta.Apply(LogPosition.None);
            Append(Commit(image, ++commit, version.Epoch, Next(), changes: steps.Length));
        }

        return records;

        long Next()
        {
            version = version with { Sequence = version.Sequence + 1 };
            return version.Sequence;
        }

        void Append(LogRecord record) => records.Add(record with { Offset = records.Count });
    }
}
