using System.Collections.Immutable;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Wire;

namespace EventGateway.Core.Publishing;

/// <summary>
/// One writer's time with one log: from its claim until somebody else claims it, the store fails, or the log turns out not to be
/// what this writer wrote. Used by one caller at a time; reads its own log on the side.
/// </summary>
internal sealed class LogSession : IAsyncDisposable
{
    private readonly IConfigLogWriter _writer;
    private readonly TimeProvider _time;
    private readonly IAsyncEnumerator<LogBatch> _tail;
    private readonly CancellationTokenSource _stop;
    private readonly ImageAssembler _assembler = new();
    private readonly string _origin;
    private Task<string>? _disturbed;
    private LogCommit _commit;

    private LogSession(IConfigLog log, IConfigLogWriter writer, TimeProvider time, CancellationToken cancellationToken)
    {
        _writer = writer;
        _time = time;
        _origin = log.Name.Origin;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _tail = log.ReadAsync(0, _stop.Token).GetAsyncEnumerator(_stop.Token);
        _commit = new LogCommit(Guid.Empty, 0, default, 0, ImageHash.Empty, default, null, CommitReason.Claim, false, _origin);
    }

    /// <summary>What the log holds, by what was read and appended.</summary>
    public ConfigImage Image { get; private set; } = ConfigImage.Empty;

    /// <summary>Keys whose last record was damaged when the log was claimed.</summary>
    public ImmutableHashSet<EntityKey> Repairs { get; private set; } = [];

    /// <summary>Whether the log has once held all that was wanted.</summary>
    public bool IsPopulated => _commit.Populated;

    /// <summary>Ends, with the reason, when the log is not any more what this writer left there.</summary>
    public Task<string> Disturbed => _disturbed!;

    public long LastAppendAt { get; private set; }

    /// <summary>Claims the log, reads it to its end and says so in it.</summary>
    public static async Task<LogSession> OpenAsync(IConfigLog log, TimeProvider time, CancellationToken cancellationToken)
    {
        var writer = await log.ClaimAsync(cancellationToken);
        var session = new LogSession(log, writer, time, cancellationToken);
        try
        {
            await session.ReplayAsync();
            await session.AppendCommitAsync(CommitReason.Claim, session.IsPopulated, cancellationToken);
            session._disturbed = session.TailAsync();
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <param name="populated">Whether the log then holds all that is wanted.</param>
    public async Task AppendAsync(ChangeSet changes, bool populated, CancellationToken cancellationToken)
    {
        var delta = new ConfigDelta(Image);
        var version = _commit.Version;
        var records = new List<LogRecord>(changes.Changes.Length + 1);
        foreach (var change in changes.Changes)
        {
            version = version with { Sequence = version.Sequence + 1 };
            records.Add(RecordCodec.Encode(change, version));
            if (change.Entity is { } entity)
            {
                delta.Put(entity, change.Hash, version, change.Provenance);
            }
            else
            {
                delta.Remove(change.Key);
            }
        }

        var now = _time.GetUtcNow();
        var commit = _commit with
        {
            Commit = _commit.Commit + 1,
            Version = version with { Sequence = version.Sequence + 1 },
            Changes = records.Count,
            ImageHash = delta.Hash,
            CommittedAt = now,
            ChangedAt = now,
            Reason = CommitReason.Change,
            Populated = _commit.Populated || populated,
        };
        var history = HistoryCodec.Encode(commit, records);
        records.Add(RecordCodec.Encode(commit));
        var offset = await _writer.AppendAsync(records, history, cancellationToken);
        Advance(delta, commit, offset);
        Repairs = Repairs.Except(changes.Changes.Select(c => c.Key));
    }

    /// <summary>Says that the writer is alive, or that the log now holds all that is wanted, without a change.</summary>
    public Task BeatAsync(bool populated, CancellationToken cancellationToken) =>
        AppendCommitAsync(CommitReason.Heartbeat, _commit.Populated || populated, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_disturbed is not null)
        {
            await ((Task)_disturbed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _tail.DisposeAsync();
        await _writer.DisposeAsync();
        _stop.Dispose();
    }

    private async Task AppendCommitAsync(CommitReason reason, bool populated, CancellationToken cancellationToken)
    {
        var commit = _commit with
        {
            Version = _commit.Version with { Sequence = _commit.Version.Sequence + 1 },
            Changes = 0,
            ImageHash = Image.Hash,
            CommittedAt = _time.GetUtcNow(),
            Reason = reason,
            Populated = populated,
        };
        var offset = await _writer.AppendAsync([RecordCodec.Encode(commit)], null, cancellationToken);
        Advance(new ConfigDelta(Image), commit, offset);
    }

    private void Advance(ConfigDelta delta, LogCommit commit, long offset)
    {
        _commit = commit;
        Image = delta.Apply(new LogPosition(commit.LogId, commit.Commit, commit.Version.Epoch, commit.Version.Sequence, offset, commit.ChangedAt));
        LastAppendAt = _time.GetTimestamp();
    }

    private async Task ReplayAsync()
    {
        LogBatch batch;
        do
        {
            batch = await ReadBatchAsync();
            if (batch.Reset != LogReset.None)
            {
                throw new LogUnavailableException($"it was {batch.Reset.ToString().ToLowerInvariant()} while it was being read");
            }
        }
        while (!batch.ReachedEnd);

        Image = _assembler.Take().Image;
        Repairs = Damaged();
        var last = _assembler.Commit;
        _commit = _commit with
        {
            LogId = last?.LogId ?? Guid.NewGuid(),
            Commit = last?.Commit ?? 0,
            Version = new RecordVersion(_assembler.Highest.Epoch + 1, _assembler.Highest.Sequence),
            ChangedAt = last?.ChangedAt,

            // A log that is not what its last commit says must be whole again before readers may take it for whole.
            Populated = last is { Populated: true } && (_assembler.HashMatches || !Repairs.IsEmpty),
        };
    }

    private async Task<string> TailAsync()
    {
        var known = Repairs;
        var epoch = _commit.Version.Epoch;
        while (true)
        {
            var batch = await ReadBatchAsync();
            _assembler.Take();
            if (batch.Reset != LogReset.None)
            {
                return $"it was {batch.Reset.ToString().ToLowerInvariant()}";
            }

            if (Damaged().Except(known) is { IsEmpty: false } damaged)
            {
                return $"somebody else wrote {damaged.First()}";
            }

            if (!_assembler.HashMatches && known.IsEmpty && _assembler.Position.Epoch == epoch)
            {
                return "its image has not the hash that was written";
            }

            known = known.Intersect(Damaged());
        }
    }

    private async Task<LogBatch> ReadBatchAsync()
    {
        var batch = await _tail.MoveNextAsync() ? _tail.Current : throw new LogUnavailableException("the log's reader has ended");
        foreach (var record in batch.Records)
        {
            _assembler.Add(record);
        }

        return batch;
    }

    /// <summary>What a writer can mend: well-formed keys of kinds it knows.</summary>
    private ImmutableHashSet<EntityKey> Damaged() =>
        [.. _assembler.Unreadable.Keys.Concat(_assembler.Overwritten)
            .Select(k => EntityKey.TryParse(k, out var key) ? key : default)
            .Where(k => k.Kind is not (EntityKind.Unknown or EntityKind.Feature))];
}
