using System.Collections;
using System.Reflection;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using Xunit;

namespace EventGateway.Core.Tests;

/// <summary>Compares entities field by field, lists element by element, without the codec's help.</summary>
internal static class EntityAssert
{
    public static void Same(Entity expected, Entity actual)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        Assert.Equal(Describe(expected), Describe(actual));
    }

    private static string Describe(object? value) => value switch
    {
        null => "null",
        string s => s,
        EntityKey key => key.Text,
        ReadOnlyMemory<byte> bytes => Convert.ToHexString(bytes.Span),
        SealedSecret secret => $"sealed {secret.KeyId} {Describe(secret.Nonce)} {Describe(secret.Ciphertext)}",
        PlainSecret secret => $"plain {Describe(secret.Value)}",
        DateTimeOffset time => $"{time.UtcTicks}",
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(Describe))}]",
        _ when value.GetType().Namespace == "EventGateway.Core.Model" && !value.GetType().IsEnum =>
            $"{value.GetType().Name} {{ {string.Join("; ", Fields(value).Select(p => $"{p.Name} = {Describe(p.GetValue(value))}"))} }}",
        _ => value.ToString() ?? "",
    };

    private static IEnumerable<PropertyInfo> Fields(object value) =>
        value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0).OrderBy(p => p.Name, StringComparer.Ordinal);
}
