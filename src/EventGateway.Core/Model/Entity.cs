namespace EventGateway.Core.Model;

/// <summary>
/// One immutable piece of config. Two entities are the same when their content hashes are
/// (<see cref="Image.ContentHash"/>); the compiler-made record equality compares lists by reference and is not relied on.
/// </summary>
public abstract record Entity(EntityKey Key)
{
    /// <summary>
    /// The serialized entity exactly as it was read, when this build would write it otherwise (it holds fields it does not know); otherwise empty.
    /// It is written back as it is, so that nothing a newer writer said gets lost.
    /// </summary>
    public ReadOnlyMemory<byte> BodyAsRead { get; init; }

    /// <summary>What is wrong with the entity in itself, without looking at others. Empty when it is sound.</summary>
    public abstract IEnumerable<ConfigProblem> Validate();
}
