namespace EventGateway.Core.Image;

/// <summary>When in the life of its log a record was written: the writer's epoch, then the sequence. Only this orders records.</summary>
public readonly record struct RecordVersion(long Epoch, long Sequence) : IComparable<RecordVersion>
{
    public int CompareTo(RecordVersion other) => Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : Sequence.CompareTo(other.Sequence);

    public static bool operator <(RecordVersion left, RecordVersion right) => left.CompareTo(right) < 0;

    public static bool operator <=(RecordVersion left, RecordVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >(RecordVersion left, RecordVersion right) => left.CompareTo(right) > 0;

    public static bool operator >=(RecordVersion left, RecordVersion right) => left.CompareTo(right) >= 0;
}
