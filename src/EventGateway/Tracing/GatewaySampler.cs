using System.Diagnostics;
using OpenTelemetry.Trace;

namespace EventGateway.Tracing;

/// <summary>
/// Decides for traces that begin here: a share of the requests, and every change set, which are few and told apart by their kind. What
/// a client has decided is the affair of the sampler around this one.
/// </summary>
internal sealed class GatewaySampler(double ratio) : Sampler
{
    private readonly TraceIdRatioBasedSampler _requests = new(ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => samplingParameters.Kind == ActivityKind.Server
        ? _requests.ShouldSample(samplingParameters)
        : new SamplingResult(SamplingDecision.RecordAndSample);
}
