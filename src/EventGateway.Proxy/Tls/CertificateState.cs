using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Tls;

/// <summary>One certificate of one log, loaded.</summary>
internal sealed record CertificateState(LogName Log, Certificate Entity, ServedCertificate Served)
{
    /// <summary>Of two for one name the older wins, then the workspace's name decides, then the key.</summary>
    public static int Compare(CertificateState left, CertificateState right)
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

    private static long Age(CertificateState state) => state.Entity.CreatedAt?.UtcTicks ?? long.MaxValue;
}
