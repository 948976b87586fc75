using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EventGateway.Benchmarks.Load;

/// <summary>A temporary folder with the configurations of the peers, and one certificate (ECDSA, P-256) for all of them.</summary>
internal sealed class LoadArea : IDisposable
{
    public const string Host = "localhost";

    public LoadArea()
    {
        Folder = Directory.CreateTempSubdirectory("eventgateway-bench").FullName;

        // nginx's workers run as another user when the master is root.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Folder, (UnixFileMode)0b111_101_101);
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Host);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        CertificatePem = certificate.ExportCertificatePem();
        KeyPem = key.ExportPkcs8PrivateKeyPem();
        Write("cert.pem", CertificatePem);
        Write("key.pem", KeyPem);
        Write("both.pem", $"{CertificatePem}\n{KeyPem}\n");
    }

    public string Folder { get; }

    public string CertificatePem { get; }

    public string KeyPem { get; }

    public string PathOf(string name) => Path.Combine(Folder, name);

    public string Write(string name, string text)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Where a program is, by PATH and the folders of the system's servers; null: it is not installed.</summary>
    public static string? Find(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/usr/local/sbin".Split(':').Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
