namespace EventGateway.Proxy.Routing;

/// <summary>
/// A sequence lock without the lock: odd while the one writer replaces something. A reader whose walk saw the same even number
/// before and after it has seen one state of the table, not a mixture.
/// </summary>
internal sealed class TableVersion
{
    private int _value;

    public int Read() => Volatile.Read(ref _value);

    public static bool IsStable(int version) => (version & 1) == 0;

    public void Publish<T>(ref T place, T value)
        where T : class
    {
        var version = _value;
        Volatile.Write(ref _value, version + 1);
        Volatile.Write(ref place, value);
        Volatile.Write(ref _value, version + 2);
    }
}
