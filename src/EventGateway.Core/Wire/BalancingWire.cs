using EventGateway.Core.Model;

namespace EventGateway.Core.Wire;

internal static class BalancingWire
{
    public static V1.ConsistentHash? ToMessage(ConsistentHash? hash) => hash is null ? null : new V1.ConsistentHash
    {
        Key = ToMessage(hash.Key),
        Fallback = ToMessage(hash.Fallback),
        CookiePath = hash.CookiePath,
        Slots = (uint)hash.Slots,
        BoundPercent = (uint)hash.BoundPercent,
    };

    public static V1.StickyCookie? ToMessage(StickyCookie? sticky) => sticky is null ? null : new V1.StickyCookie
    {
        Name = sticky.Name,
        Path = sticky.Path,
        MaxAgeS = (uint)(sticky.MaxAge?.TotalSeconds ?? 0),
    };

    /// <exception cref="FormatException">There is no key.</exception>
    public static ConsistentHash? ToHash(V1.ConsistentHash? message) => message is null ? null : new ConsistentHash(ToKey(message.Key) ?? throw new FormatException("hash has no key"))
    {
        Fallback = ToKey(message.Fallback),
        CookiePath = message.CookiePath,
        Slots = (int)message.Slots,
        BoundPercent = (int)message.BoundPercent,
    };

    public static StickyCookie? ToSticky(V1.StickyCookie? message) => message is null ? null : new StickyCookie(message.Name)
    {
        Path = message.Path,
        MaxAge = message.MaxAgeS == 0 ? null : TimeSpan.FromSeconds(message.MaxAgeS),
    };

    private static V1.HashKey? ToMessage(HashKey? key) => key is null ? null : new V1.HashKey { Source = (V1.HashSource)key.Source, Name = key.Name };

    private static HashKey? ToKey(V1.HashKey? message) => message is null ? null : new HashKey((HashSource)message.Source, message.Name);
}
