using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Tls;

/// <summary>
/// What one listener asks of its clients' certificates. One whose CAs cannot be read trusts nobody: the hosts it is for stay shut rather
/// than open to all.
/// </summary>
internal sealed class ClientDemand
{
    private readonly X509Certificate2Collection _authorities;
    private readonly ConditionalWeakTable<ServedCertificate, SslServerAuthenticationOptions> _options = [];
    private readonly TlsMetrics? _metrics;

    /// <param name="metrics">Null: nothing is counted.</param>
    public ClientDemand(LogName log, Listener entity, ClientValidation validation, TlsMetrics? metrics, out string? fault)
    {
        Log = log;
        Entity = entity;
        Validation = validation;
        _metrics = metrics;
        _authorities = CaBundle.Read(validation.CaPem, out fault);
    }

    public LogName Log { get; }

    public Listener Entity { get; }

    public ClientValidation Validation { get; }

    /// <summary>Whether a client without a certificate is turned away.</summary>
    public bool IsRequired => Validation.Mode != ClientCertificateMode.Optional;

    /// <summary>Of two for one name the older wins, then the workspace's name decides, then the key.</summary>
    public static int Compare(ClientDemand left, ClientDemand right)
    {
        var byAge = Age(left).CompareTo(Age(right));
        if (byAge != 0)
        {
            return byAge;
        }

        var byWorkspace = string.CompareOrdinal(left.Log.Workspace, right.Log.Workspace);
        if (byWorkspace != 0)
        {
            return byWorkspace;
        }

        var byKey = left.Entity.Key.CompareTo(right.Entity.Key);
        return byKey != 0 ? byKey : string.CompareOrdinal(left.Log.Origin, right.Log.Origin);
    }

    /// <summary>Whether a client that met the other demand has met this one.</summary>
    public bool IsMetBy(ClientDemand other) => ReferenceEquals(this, other) || Validation == other.Validation;

    /// <summary>
    /// For a handshake with that certificate. Sessions are not resumed: a session may stem from a name that asks for no certificate, or from
    /// a time when another CA was trusted.
    /// </summary>
    public SslServerAuthenticationOptions OptionsFor(ServedCertificate certificate) => _options.GetValue(certificate, NewOptions);

    private SslServerAuthenticationOptions NewOptions(ServedCertificate certificate)
    {
        var options = certificate.NewOptions(_authorities);
        options.ClientCertificateRequired = true;
        options.CertificateChainPolicy = CaBundle.Policy(_authorities);
        options.RemoteCertificateValidationCallback = (_, shown, chain, errors) => Accept(shown, chain, errors);
        options.AllowTlsResume = false;
        return options;
    }

    private bool Accept(X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        var fault = PeerFault.Of(shown, chain, errors, Validation.VerifyDepth);
        if (fault is null || (fault == PeerFault.Missing && !IsRequired))
        {
            return true;
        }

        _metrics?.OnClientRefused(fault);
        return false;
    }

    private static long Age(ClientDemand demand) => demand.Entity.CreatedAt?.UtcTicks ?? long.MaxValue;
}
