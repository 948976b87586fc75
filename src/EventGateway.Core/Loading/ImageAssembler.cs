using EventGateway.Core.Image;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Wire;

namespace EventGateway.Core.Loading;

/// <summary>
/// Turns the records of one log into images. Pure: the state depends on the sequence of records alone, not on how they were
/// batched, so that a replay and a tail reach the same image. Used by one thread.
/// <para>Rules, in order, for each record:</para>
/// <list type="number">
/// <item>A record that cannot be read leaves its key as it is and is reported by key.</item>
/// <item>A record that is not newer than the last commit read is late (a duplicate, a mirror that starts over, a writer that had
/// lost the log): ignored.</item>
/// <item>A record that is not newer than what its key holds is a duplicate: ignored.</item>
/// <item>Any other record waits for the next commit, and takes effect there.</item>
/// </list>
/// </summary>
public sealed class ImageAssembler
{
    private readonly Dictionary<string, DecodedRecord> _staged = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _stagedUnreadable = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _unreadable = new(StringComparer.Ordinal);
    private readonly HashSet<string> _overwritten = new(StringComparer.Ordinal);
    private ConfigDelta _delta = new(ConfigImage.Empty);
    private LogCommit? _commit;

    /// <summary>Where the last commit read has put the log.</summary>
    public LogPosition Position { get; private set; } = LogPosition.None;

    /// <summary>The last commit read; null before the first.</summary>
    public LogCommit? Commit => _commit;

    /// <summary>The highest version seen in any record.</summary>
    public RecordVersion Highest { get; private set; }

    /// <summary>Whether the state has the hash that the last commit states.</summary>
    public bool HashMatches => _commit is null || _delta.Hash == _commit.ImageHash;

    /// <summary>Whether something took effect since the last <see cref="Take"/>.</summary>
    public bool HasChanges => _delta.Count > 0;

    /// <summary>Records that were ignored because they came late or twice.</summary>
    public long IgnoredRecords { get; private set; }

    /// <summary>Keys whose last record cannot be read, and why.</summary>
    public IReadOnlyDictionary<string, string> Unreadable => _unreadable;

    /// <summary>
    /// Keys whose last record is an old one that was ignored: compaction would keep just that, so the log's writer has to write
    /// them again.
    /// </summary>
    public IReadOnlySet<string> Overwritten => _overwritten;

    public void Add(LogRecord record)
    {
        switch (RecordCodec.Decode(record))
        {
            case DecodedRecord.Unreadable when record.Value is null && record.Key != RecordCodec.CommitKey && !EntityKey.TryParse(record.Key, out _):
                // The removal of what should never have been there, as its report asks for.
                _stagedUnreadable.Remove(record.Key);
                _unreadable.Remove(record.Key);
                break;
            case DecodedRecord.Unreadable unreadable:
                _stagedUnreadable[record.Key] = unreadable.Reason;
                break;
            case DecodedRecord.Commit commit:
                AddCommit(commit.Value, record.Offset);
                break;
            case DecodedRecord.Put put:
                Stage(record.Key, put, put.Version);
                break;
            case DecodedRecord.Removal removal:
                Stage(record.Key, removal, removal.Version);
                break;
        }
    }

    /// <summary>The image as of the last commit, and the way to it from the image taken before.</summary>
    public (ConfigDelta Delta, ConfigImage Image) Take()
    {
        var delta = _delta;
        var image = delta.Apply(Position);
        _delta = new ConfigDelta(image);
        return (delta, image);
    }

    private void Stage(string key, DecodedRecord record, RecordVersion version)
    {
        Highest = version > Highest ? version : Highest;
        _stagedUnreadable.Remove(key);
        var isLate = _commit is { } commit && version <= commit.Version;
        var isDuplicate = _staged.TryGetValue(key, out var staged) && version <= VersionOf(staged);
        if (isLate || isDuplicate)
        {
            Ignore(key, record, version);
            return;
        }

        _staged[key] = record;
    }

    private void Ignore(string key, DecodedRecord record, RecordVersion version)
    {
        IgnoredRecords++;
        _unreadable.Remove(key);
        var held = EntityKey.TryParse(key, out var entityKey) ? _delta.Find(entityKey) : null;
        if (held is null ? record is DecodedRecord.Put : version < held.Version)
        {
            _overwritten.Add(key);
        }
        else
        {
            // The newest one again, as a mirror that starts over delivers it in the end.
            _overwritten.Remove(key);
        }
    }

    private void AddCommit(LogCommit commit, long offset)
    {
        Highest = commit.Version > Highest ? commit.Version : Highest;
        if (_commit is { } before && commit.Version <= before.Version)
        {
            IgnoredRecords++;
            return;
        }

        foreach (var (key, record) in _staged)
        {
            TakeEffect(key, record);
        }

        foreach (var (key, reason) in _stagedUnreadable)
        {
            _unreadable[key] = reason;
        }

        _staged.Clear();
        _stagedUnreadable.Clear();
        _unreadable.Remove(RecordCodec.CommitKey);
        _commit = commit;
        Position = new LogPosition(commit.LogId, commit.Commit, commit.Version.Epoch, commit.Version.Sequence, offset, commit.ChangedAt);
    }

    private void TakeEffect(string key, DecodedRecord record)
    {
        switch (record)
        {
            case DecodedRecord.Put put when IsNewer(put.Entity.Key, put.Version):
                _delta.Put(put.Entity, put.Hash, put.Version, put.Provenance);
                break;
            case DecodedRecord.Removal removal when IsNewer(removal.Key, removal.Version):
                _delta.Remove(removal.Key);
                break;
            default:
                Ignore(key, record, VersionOf(record));
                return;
        }

        _unreadable.Remove(key);
        _overwritten.Remove(key);
    }

    private bool IsNewer(EntityKey key, RecordVersion version) => _delta.Find(key) is not { } held || version > held.Version;

    private static RecordVersion VersionOf(DecodedRecord record) => record switch
    {
        DecodedRecord.Put put => put.Version,
        DecodedRecord.Removal removal => removal.Version,
        _ => throw new ArgumentException($"A {record.GetType().Name} is never staged.", nameof(record)),
    };
}
