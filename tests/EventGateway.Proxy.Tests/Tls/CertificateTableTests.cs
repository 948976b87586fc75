using System.Text;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Tls;

namespace EventGateway.Proxy.Tests.Tls;

public sealed class CertificateTableTests
{
    private static readonly KeyRing Ring = KeyRing.Parse(KeyRing.NewLine("k1"));
    private readonly CertificateTable _table = new(Ring, TimeProvider.System);
    private readonly TestLog _alpha;
    private readonly TestLog _beta;

    public CertificateTableTests()
    {
        _alpha = new TestLog("alpha", _table);
        _beta = new TestLog("beta", _table);
    }

    [Theory]
    [InlineData("shop.example", "exact")]
    [InlineData("SHOP.example", "exact")]
    [InlineData("shop.example.", "exact")]
    [InlineData("a.shop.example", "wild")]
    [InlineData("a.b.shop.example", "default")]
    [InlineData("other.test", "default")]
    [InlineData(".shop.example", "default")]
    [InlineData("", "default")]
    [InlineData(null, "default")]
    public void Select_Name_MostSpecific(string? name, string expected)
    {
        _alpha.Put(Sealed(_alpha, "exact", ["shop.example"]), Sealed(_alpha, "wild", ["*.shop.example"]), Sealed(_alpha, "default", ["*"]));
        Assert.Equal($"CN={expected}", Subject(name));
    }

    [Fact]
    public void Select_NoCertificate_SelfSigned() => Assert.Equal("CN=EventGateway default certificate", Subject("any.example"));

    [Fact]
    public void Put_SameNameTwice_OlderWinsAndLoserComesBack()
    {
        _beta.Put(Sealed(_beta, "young", ["shop.example", "own.example"], 2));
        _alpha.Put(Sealed(_alpha, "old", ["shop.example"], 1));
        Assert.Equal("CN=old", Subject("shop.example"));
        Assert.Equal("CN=young", Subject("own.example"));
        var refused = Assert.Single(_table.Refused(_beta.Name));
        Assert.Equal(
            ("certificate/ns/young", "server name shop.example is served with Secret ns/old of workspace alpha, which is older; use another name or remove that one"),
            (refused.Key, refused.Reason));
        Assert.Empty(_table.Refused(_alpha.Name));
        _alpha.Remove(EntityKey.Certificate("ns", "old"));
        Assert.Equal("CN=young", Subject("shop.example"));
        Assert.Empty(_table.Refused(_beta.Name));
        _beta.Put(Sealed(_beta, "young", ["own.example"], 2));
        Assert.Equal("CN=EventGateway default certificate", Subject("shop.example"));
    }

    [Fact]
    public void Put_SameAge_WorkspaceThenKeyDecides()
    {
        _beta.Put(Sealed(_beta, "a", ["x.example"]));
        _alpha.Put(Sealed(_alpha, "z", ["x.example"]));
        Assert.Equal("CN=z", Subject("x.example"));
        _alpha.Put(Sealed(_alpha, "y", ["x.example"]));
        Assert.Equal("CN=y", Subject("x.example"));
    }

    [Fact]
    public void Put_BrokenSuccessor_PreviousStaysAndIsNamed()
    {
        var good = Sealed(_alpha, "tls", ["shop.example"]);
        _alpha.Put(good, Sealed(_alpha, "other", ["other.example"]));
        var served = _table.Select("shop.example");
        foreach (var (broken, reason) in new[]
        {
            (good with { PrivateKey = Seal(_alpha, "tls", TestCertificates.Ecdsa("else").KeyPem) }, "certificate Secret ns/tls: the private key does not belong to the first certificate of the chain"),
            (good with { PrivateKey = Seal(_alpha, "tls", "not a key") }, "certificate Secret ns/tls: "),
            (good with { ChainPem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" }, "certificate Secret ns/tls: the certificate or its private key cannot be read"),
            (good with { PrivateKey = Seal(_beta, "tls", "moved") }, "certificate Secret ns/tls: the sealed private key does not open"),
            (good with { PrivateKey = new SealedSecret("k9", new byte[12], new byte[40]) }, "certificate Secret ns/tls: the key ring has no key 'k9'"),
        })
        {
            _alpha.Put(broken);
            Assert.Same(served, _table.Select("shop.example"));
            Assert.StartsWith(reason, Assert.Single(_table.Refused(_alpha.Name)).Reason, StringComparison.Ordinal);
            Assert.Equal("CN=other", Subject("other.example"));
        }

        _alpha.Put(good);
        Assert.Empty(_table.Refused(_alpha.Name));
    }

    [Fact]
    public void Put_OneThatThrows_IsRefusedAndTheOthersServed()
    {
        var broken = Sealed(_alpha, "a", ["a.example"]) with { ServerNames = default };
        _alpha.Put(Sealed(_alpha, "0", ["0.example"]), broken, Sealed(_alpha, "z", ["z.example"]));
        Assert.Equal(["CN=0", "CN=z"], new[] { "0.example", "z.example" }.Select(Subject));
        Assert.Equal("certificate/ns/a", Assert.Single(_table.Refused(_alpha.Name)).Key);
    }

    [Fact]
    public void Put_WithoutKeyRing_RefusedByName()
    {
        var table = new CertificateTable(null, TimeProvider.System);
        var log = new TestLog("alpha", table);
        log.Put(Sealed(log, "tls", ["shop.example"]));
        Assert.Equal("no --key-ring given: certificate Secret ns/tls cannot be opened", Assert.Single(table.Refused(log.Name)).Reason);
    }

    [Fact]
    public void Put_RsaKeyInPkcs1_IsServed()
    {
        var (chain, key) = TestCertificates.Rsa("rsa");
        _alpha.Put(new Certificate(EntityKey.Certificate("ns", "rsa")) { ServerNames = ["rsa.example"], ChainPem = chain, PrivateKey = Seal(_alpha, "rsa", key) });
        Assert.Equal("CN=rsa", Subject("rsa.example"));
    }

    internal static Certificate Sealed(TestLog log, string name, string[] serverNames, int day = 1)
    {
        var (chain, key) = TestCertificates.Ecdsa(name);
        return new Certificate(EntityKey.Certificate("ns", name))
        {
            ServerNames = [.. serverNames],
            ChainPem = chain,
            PrivateKey = Seal(log, name, key),
            CreatedAt = Config.Epoch.AddDays(day),
            Source = $"Secret ns/{name}",
        };
    }

    private static SealedSecret Seal(TestLog log, string name, string key) => SealFor(Ring, log.Name, name, key);

    internal static SealedSecret SealFor(KeyRing ring, LogName log, string name, string key) =>
        ring.Seal(new PlainSecret(Encoding.UTF8.GetBytes(key)), log, EntityKey.Certificate("ns", name));

    private string Subject(string? name) => _table.Select(name).Leaf.Subject;
}
