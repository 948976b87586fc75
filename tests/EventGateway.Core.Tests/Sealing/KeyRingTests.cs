using System.Text;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using Xunit;

namespace EventGateway.Core.Tests.Sealing;

public sealed class KeyRingTests
{
    private const string Line1 = "k1: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private const string Line2 = "k2: HxwdHhsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";
    private static readonly PlainSecret Secret = new(Encoding.UTF8.GetBytes(Samples.KeyPem));
    private static readonly EntityKey Key = Samples.Certificate().Key;

    [Theory]
    [InlineData("", "the key ring is empty")]
    [InlineData("# only a comment\n\n", "the key ring is empty")]
    [InlineData(Line1 + "\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "line 2")]
    [InlineData("k1: AAECAw==", "line 1")]
    [InlineData("k1: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIj", "line 1")]
    [InlineData("k1: secret!secret!secret!secret!secret!", "line 1")]
    [InlineData("k1:", "line 1")]
    [InlineData(": AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "line 1")]
    [InlineData("a b: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "line 1")]
    [InlineData("\n" + Line1 + "\n" + Line1, "line 3")]
    [InlineData("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f: k1", "line 1")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8: k1", "line 1")]
    public void Parse_Fault_NamesTheLineAndNoKeyMaterial(string text, string expected)
    {
        var message = Assert.Throws<FormatException>(() => KeyRing.Parse(text)).Message;

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.All(["AAEC", "0001", "secret"], material => Assert.DoesNotContain(material, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_CommentsSpacesAndCarriageReturns_AreSkipped()
    {
        var ring = KeyRing.Parse($"# newest first\r\n\r\n  {Line2}  \r\n{Line1}\r\n");
        Assert.Equal(["k2", "k1"], ring.KeyIds);
        Assert.Equal("k2", ring.SealingKeyId);
    }

    [Fact]
    public void NewLine_GivesAnotherKeyEachTimeThatParses()
    {
        Assert.NotEqual(KeyRing.NewLine("a"), KeyRing.NewLine("a"));
        Assert.Equal("a", KeyRing.Parse(KeyRing.NewLine("a")).SealingKeyId);
        Assert.Throws<ArgumentException>(() => KeyRing.NewLine("a:b"));
    }

    [Fact]
    public void Seal_SameSecretSamePlace_GivesTheSameBytes()
    {
        SealedSecret first = Samples.Ring.Seal(Secret, Samples.Shop, Key), again = KeyRing.Parse(Line1).Seal(Secret, Samples.Shop, Key);
        Assert.Equal(first.Nonce.ToArray(), again.Nonce.ToArray());
        Assert.Equal(first.Ciphertext.ToArray(), again.Ciphertext.ToArray());
        Assert.Equal(12, first.Nonce.Length);
        Assert.Equal(Secret.Value.Length + 16, first.Ciphertext.Length);
    }

    [Fact]
    public void Seal_OtherSecretOrPlaceOrKey_HasAnotherNonce()
    {
        byte[][] nonces =
        [
            Samples.Ring.Seal(Secret, Samples.Shop, Key).Nonce.ToArray(),
            Samples.Ring.Seal(new PlainSecret("other"u8.ToArray()), Samples.Shop, Key).Nonce.ToArray(),
            Samples.Ring.Seal(Secret, new LogName("b", "shop"), Key).Nonce.ToArray(),
            Samples.Ring.Seal(Secret, Samples.Shop, EntityKey.Certificate("shop", "other")).Nonce.ToArray(),
            KeyRing.Parse(Line2).Seal(Secret, Samples.Shop, Key).Nonce.ToArray(),
        ];
        Assert.Equal(nonces.Length, nonces.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void Open_AfterRotation_OpensOldAndNew()
    {
        var old = KeyRing.Parse(Line1).Seal(Secret, Samples.Shop, Key);
        var rotated = KeyRing.Parse($"{Line2}\n{Line1}");
        var anew = rotated.Seal(Secret, Samples.Shop, Key);

        Assert.Equal("k2", anew.KeyId);
        foreach (var secret in new[] { old, anew })
        {
            Assert.Equal(Secret.Value.ToArray(), rotated.Open(secret, Samples.Shop, Key, out var fault)!.Value.ToArray());
            Assert.Null(fault);
        }
    }

    [Fact]
    public void Open_KeyNotInTheRing_NamesItAndTheFix() =>
        AssertFault(Samples.Ring.Seal(Secret, Samples.Shop, Key), Line2, "no key 'k1'", "--key-ring");

    [Fact]
    public void Open_OtherKeyUnderTheId_SaysSo() =>
        AssertFault(Samples.Ring.Seal(Secret, Samples.Shop, Key), Line2.Replace("k2", "k1", StringComparison.Ordinal), "does not open", "'k1'");

    [Fact]
    public void Open_MovedOrTampered_SaysSo()
    {
        var secret = Samples.Ring.Seal(Secret, Samples.Shop, Key);
        Assert.Null(Samples.Ring.Open(secret, new LogName("b", "shop"), Key, out var moved));
        Assert.Contains("moved", moved, StringComparison.Ordinal);
        Assert.Null(Samples.Ring.Open(secret, Samples.Shop, EntityKey.Certificate("shop", "other"), out moved));
        Assert.Contains("moved", moved, StringComparison.Ordinal);
        for (var i = 0; i < secret.Ciphertext.Length; i += 7)
        {
            var bytes = secret.Ciphertext.ToArray();
            bytes[i] ^= 1;
            AssertFault(new SealedSecret("k1", secret.Nonce, bytes), Line1, "altered");
        }

        AssertFault(new SealedSecret("k1", secret.Nonce[..11], secret.Ciphertext), Line1, "damaged");
        AssertFault(new SealedSecret("k1", secret.Nonce, secret.Ciphertext[..15]), Line1, "damaged");
    }

    [Fact]
    public void ToString_ShowsNoSecret()
    {
        var secret = Samples.Ring.Seal(Secret, Samples.Shop, Key);
        string[] texts = [Samples.Ring.ToString(), Secret.ToString(), secret.ToString(), Samples.PlainCertificate().ToString(), Samples.Certificate().ToString()];
        Assert.Equal("key ring (k1)", texts[0]);
        Assert.All(texts, text =>
        {
            Assert.DoesNotContain("PRIVATE KEY", text, StringComparison.Ordinal);
            Assert.DoesNotContain("AAEC", text, StringComparison.Ordinal);
        });
    }

    private static void AssertFault(SealedSecret secret, string ring, params string[] words)
    {
        Assert.Null(KeyRing.Parse(ring).Open(secret, Samples.Shop, Key, out var fault));
        Assert.All(words, word => Assert.Contains(word, fault, StringComparison.Ordinal));
    }
}
