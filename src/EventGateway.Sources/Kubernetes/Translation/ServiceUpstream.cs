using System.Collections.Immutable;
using EventGateway.Core.Model;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>
/// A Service together with what its annotations refer to. The same instance as long as none of it is another, so that what is made of it
/// is made anew only then.
/// </summary>
/// <param name="Service">As routes see it: refused when something is missing without which requests must not go there.</param>
/// <param name="Read">The Service without a look at others.</param>
/// <param name="Inputs">What the references led to, in the order of <see cref="UpstreamReferences"/>; null: nothing.</param>
internal sealed record ServiceUpstream(ServiceInfo Service, ServiceInfo Read, ImmutableArray<object?> Inputs)
{
    /// <summary>Null: none, or it cannot be used.</summary>
    public UpstreamPolicyInfo? Policy { get; init; }

    /// <summary>Whether something it names could not be read.</summary>
    public bool IsTentative { get; init; }

    public string CaPem { get; init; } = "";

    public EntityKey? ClientCertificate { get; init; }

    /// <summary>What is not in use of the Service's wishes, though it is served.</summary>
    public ImmutableArray<string> Shortfalls { get; init; } = [];

    public ImmutableArray<string> Warnings { get; init; } = [];

    public bool IsOf(ServiceInfo read, ImmutableArray<object?> inputs, bool isTentative)
    {
        if (!ReferenceEquals(Read, read) || IsTentative != isTentative || Inputs.Length != inputs.Length)
        {
            return false;
        }

        for (var i = 0; i < inputs.Length; i++)
        {
            if (!ReferenceEquals(Inputs[i], inputs[i]))
            {
                return false;
            }
        }

        return true;
    }
}
