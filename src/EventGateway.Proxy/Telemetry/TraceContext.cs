using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace EventGateway.Proxy.Telemetry;

/// <summary>W3C trace context (https://www.w3.org/TR/trace-context/): in from the client, out to the upstream. Baggage is the client's and the upstream's affair and passes untouched.</summary>
internal static class TraceContext
{
    private const string Parent = "traceparent";
    private const string State = "tracestate";

    /// <summary>The client's context; default: it sent none, or none that is valid, and the trace begins here.</summary>
    public static ActivityContext Of(IHeaderDictionary headers)
    {
        // Two of them are none: the specification wants the trace restarted.
        var parent = headers.TraceParent;
        return parent.Count == 1 && ActivityContext.TryParse(parent[0], StateOf(headers.TraceState), isRemote: true, out var context) ? context : default;
    }

    /// <summary>Puts a span in the place of the one that the client named. An unsampled one goes out too: whoever comes next must know.</summary>
    public static void Set(HttpRequestMessage request, Activity span)
    {
        request.Headers.Remove(Parent);
        request.Headers.TryAddWithoutValidation(Parent, span.Id);
        if (span.TraceStateString is not { Length: > 0 } state)
        {
            // Without a parent that was understood its state means nothing.
            request.Headers.Remove(State);
        }
        else if (!request.Headers.TryGetValues(State, out var values) || values.Count() > 1)
        {
            request.Headers.Remove(State);
            request.Headers.TryAddWithoutValidation(State, state);
        }
    }

    private static string? StateOf(StringValues state) => state.Count > 1 ? string.Join(',', state.AsEnumerable()) : state;
}
