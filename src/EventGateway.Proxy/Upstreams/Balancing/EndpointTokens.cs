using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using EventGateway.Core.Sealing;

namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>
/// The values by which cookies name endpoints: the same in all proxies that have the same key ring, and after a restart. The address cannot be read
/// from one; nor found by trying all addresses, if there is a key ring.
/// </summary>
/// <param name="keyRing">Null: values are made without a secret.</param>
internal sealed class EndpointTokens(KeyRing? keyRing)
{
    public static readonly EndpointTokens WithoutKey = new((KeyRing?)null);

    private const int Size = 12;

    /// <summary>The first is given out; all are taken: those of the ring's older keys too.</summary>
    public string[] Of(EndpointState endpoint) => endpoint.Tokens ??= Make(endpoint.Id);

    private string[] Make(string id)
    {
        var text = Encoding.UTF8.GetBytes($"endpoint/{id}");
        return keyRing is null ? [Encode(SHA256.HashData(text))] : [.. keyRing.Tags(text).Select(Encode)];
    }

    private static string Encode(byte[] tag) => Base64Url.EncodeToString(tag.AsSpan(0, Size));
}
