using System.Text;
using System.Text.Json;
using EventGateway.TestKit.Kubernetes.Store;

namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>Where a list goes on: after which object, and in the objects of which revision.</summary>
/// <param name="Revision">-1: in those of now.</param>
internal sealed record ContinueToken(long Revision, string Namespace, string Name)
{
    public static ContinueToken After(long revision, ObjectKey key) => new(revision, key.Namespace, key.Name);

    public ObjectKey Key => new(Namespace, Name);

    public static ContinueToken Parse(string text)
    {
        try
        {
            var padded = text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '=');
            return JsonSerializer.Deserialize<ContinueToken>(Convert.FromBase64String(padded)) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw ApiFault.BadRequest($"continue key is not valid: {e.Message}");
        }
    }

    public override string ToString() =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
