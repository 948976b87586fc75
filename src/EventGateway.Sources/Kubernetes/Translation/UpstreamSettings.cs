using System.Collections.Immutable;
using EventGateway.Core.Model;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What a Service's own annotations (<c>eventgateway.io/…</c>) say that Kong has no word for. A faulty one is a warning, and its default is used.</summary>
internal sealed record UpstreamSettings
{
    public const string Prefix = "eventgateway.io/";

    private const int MaxLimit = 1_000_000;

    private static readonly ImmutableHashSet<string> Names =
    [
        "max-requests", "max-requests-per-endpoint", "max-connections-per-endpoint", "retry-statuses", "retry-budget-percent", "retry-non-idempotent",
        "retry-max-body-bytes", "outlier-consecutive-failures", "outlier-base-ejection", "outlier-max-ejection", "outlier-max-percent", "panic-percent",
        "hash-bound-percent", "tls-server-name",
    ];

    /// <summary>Whether an annotation of that prefix is none of translation's.</summary>
    public static bool IsForeign(string name) => name is Prefix + "traceparent" or Prefix + "programmed";

    public CircuitLimits? Circuit { get; private init; }

    public RetryPolicy? Retry { get; private init; }

    public OutlierEjection? Outlier { get; private init; }

    public int PanicPercent { get; private init; } = HealthChecks.DefaultPanicPercent;

    public int HashBoundPercent { get; private init; }

    public static UpstreamSettings Read(AnnotationSet annotations)
    {
        foreach (var name in annotations.NamesWith(Prefix).Where(n => !Names.Contains(n[Prefix.Length..]) && !IsForeign(n)))
        {
            annotations.Warnings.Add($"metadata.annotations[{name}]: no such annotation is known for a Service; it has no effect");
        }

        return new UpstreamSettings
        {
            Circuit = ReadCircuit(annotations),
            Retry = ReadRetry(annotations),
            Outlier = ReadOutlier(annotations),
            PanicPercent = Percent(annotations, "panic-percent", HealthChecks.DefaultPanicPercent),
            HashBoundPercent = annotations.ReadTuning(Prefix + "hash-bound-percent", 0, "use 101 to 10000, or 0 for no bound", v => v is 0 or (> 100 and <= 10_000)),
        };
    }

    private static CircuitLimits? ReadCircuit(AnnotationSet annotations)
    {
        var limits = new CircuitLimits
        {
            MaxRequests = Limit(annotations, "max-requests"),
            MaxRequestsPerEndpoint = Limit(annotations, "max-requests-per-endpoint"),
            MaxConnectionsPerEndpoint = Limit(annotations, "max-connections-per-endpoint"),
        };
        return limits is { MaxRequests: 0, MaxRequestsPerEndpoint: 0, MaxConnectionsPerEndpoint: 0 } ? null : limits;
    }

    private static RetryPolicy? ReadRetry(AnnotationSet annotations) =>
        !annotations.NamesWith(Prefix + "retry-").Any(n => Names.Contains(n[Prefix.Length..])) ? null : new RetryPolicy
        {
            BudgetPercent = Percent(annotations, "retry-budget-percent", RetryPolicy.DefaultBudgetPercent),
            Statuses = ReadStatuses(annotations),
            MaxBodyBytes = annotations.ReadTuning(Prefix + "retry-max-body-bytes", RetryPolicy.DefaultMaxBodyBytes, "use 0 to 16777216", v => v is >= 0 and <= 16 * 1024 * 1024),
            NonIdempotent = annotations.ReadSwitch(Prefix + "retry-non-idempotent", false),
        };

    private static ImmutableArray<int> ReadStatuses(AnnotationSet annotations)
    {
        const string name = Prefix + "retry-statuses";
        var statuses = new SortedSet<int>();
        foreach (var text in (annotations.Find(name) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (text.Length == 3 && text.All(char.IsAsciiDigit) && int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) is >= 400 and <= 599 and var status)
            {
                statuses.Add(status);
            }
            else
            {
                annotations.Warnings.Add(AnnotationSet.Fault(name, text, "use statuses from 400 to 599, for example \"502,503\"; this one is left out"));
            }
        }

        return [.. statuses];
    }

    private static OutlierEjection? ReadOutlier(AnnotationSet annotations)
    {
        if (!annotations.NamesWith(Prefix + "outlier-").Any(n => Names.Contains(n[Prefix.Length..])))
        {
            return null;
        }

        var defaults = new OutlierEjection();
        var ejection = defaults with
        {
            ConsecutiveFailures = annotations.ReadTuning(Prefix + "outlier-consecutive-failures", defaults.ConsecutiveFailures, "use 0 (never) to 1000", v => v is >= 0 and <= 1000),
            BaseEjection = Duration(annotations, "outlier-base-ejection", defaults.BaseEjection),
            MaxEjection = Duration(annotations, "outlier-max-ejection", defaults.MaxEjection),
            MaxPercent = Percent(annotations, "outlier-max-percent", defaults.MaxPercent),
        };
        if (ejection.MaxEjection >= ejection.BaseEjection)
        {
            return ejection;
        }

        if (annotations.Find(Prefix + "outlier-max-ejection") is { } text)
        {
            annotations.Warnings.Add(AnnotationSet.Fault(Prefix + "outlier-max-ejection", text, "use no less than outlier-base-ejection, which is used for both"));
        }

        return ejection with { MaxEjection = ejection.BaseEjection };
    }

    private static TimeSpan Duration(AnnotationSet annotations, string name, TimeSpan otherwise)
    {
        if (annotations.Find(Prefix + name) is not { } text)
        {
            return otherwise;
        }

        if (DurationText.TryRead(text, out var duration) && duration > TimeSpan.Zero && duration <= TimeSpan.FromDays(1))
        {
            return duration;
        }

        annotations.Warnings.Add(AnnotationSet.Fault(Prefix + name, text, $"use a duration up to 24h, for example \"500ms\", \"10s\" or \"5m\"; {otherwise.TotalSeconds:0}s is used"));
        return otherwise;
    }

    private static int Limit(AnnotationSet annotations, string name) =>
        annotations.ReadTuning(Prefix + name, 0, $"use a whole number from 0 (no bound) to {MaxLimit}", v => v is >= 0 and <= MaxLimit);

    private static int Percent(AnnotationSet annotations, string name, int otherwise) =>
        annotations.ReadTuning(Prefix + name, otherwise, "use 0 to 100", v => v is >= 0 and <= 100);
}
