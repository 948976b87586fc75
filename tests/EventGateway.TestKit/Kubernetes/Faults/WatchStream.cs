using System.Text;
using System.Threading.Channels;
using EventGateway.TestKit.Kubernetes.Server;
using EventGateway.TestKit.Kubernetes.Store;
using Microsoft.AspNetCore.Http;

namespace EventGateway.TestKit.Kubernetes.Faults;

/// <summary>Sends the events of one watch as lines, each flushed, with the faults that hit them.</summary>
internal sealed class WatchStream(ApiFaults faults, ApiRequest request, HttpContext context)
{
    private readonly CancellationToken _gone = context.RequestAborted;

    public async Task SendAllAsync(ChannelReader<WatchEvent> events)
    {
        while (await events.WaitToReadAsync(_gone))
        {
            while (events.TryRead(out var e))
            {
                await faults.AudibleAsync(request, _gone);
                if (!await SendAsync(e, events))
                {
                    return;
                }
            }
        }

        await faults.AudibleAsync(request, _gone);
    }

    /// <returns>Whether the watch goes on.</returns>
    private async Task<bool> SendAsync(WatchEvent e, ChannelReader<WatchEvent> events)
    {
        var fault = faults.ForEvent(request);
        switch (fault?.Kind)
        {
            case FaultKind.WatchDrop:
                Connections.Break(context);
                return false;
            case FaultKind.WatchEnd:
                return false;
            case FaultKind.WatchDuplicate:
                await WriteAsync(e);
                break;
            case FaultKind.WatchLate:
                await faults.DelayAsync(fault.Delay, _gone);
                break;
            case FaultKind.WatchSwap:
                await SendNextAsync(events, fault.Delay);
                break;
            case FaultKind.WatchGarbage:
                await WriteAsync("{\"type\":\"MODIFIED\",\"object\":{\"kind\n"u8.ToArray());
                break;
            case FaultKind.WatchGone:
                await WriteErrorAsync(ApiFault.Expired($"too old resource version: {e.Revision} ({e.Revision + 1})"), e.Revision);
                return false;
            case FaultKind.WatchError:
                await WriteErrorAsync(new ApiFault(500, "InternalError", "Internal error occurred: the watch broke off"), e.Revision);
                return false;
        }

        await WriteAsync(e);
        return true;
    }

    private async Task SendNextAsync(ChannelReader<WatchEvent> events, TimeSpan wait)
    {
        var next = events.WaitToReadAsync(_gone).AsTask();
        await Task.WhenAny(next, faults.DelayAsync(wait, _gone));
        if (events.TryRead(out var e))
        {
            await WriteAsync(e);
        }
    }

    private Task WriteErrorAsync(ApiFault fault, long revision) => WriteAsync(new WatchEvent("ERROR", StoredObject.Bytes(fault.ToStatus()), revision));

    private Task WriteAsync(WatchEvent e) =>
        WriteAsync([.. "{\"type\":\""u8, .. Encoding.ASCII.GetBytes(e.Type), .. "\",\"object\":"u8, .. e.Object.Span, .. "}\n"u8]);

    private async Task WriteAsync(byte[] line)
    {
        await context.Response.Body.WriteAsync(line, _gone);
        await context.Response.Body.FlushAsync(_gone);
    }
}
