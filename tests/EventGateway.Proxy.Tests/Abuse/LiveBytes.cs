namespace EventGateway.Proxy.Tests.Abuse;

/// <summary>What the process holds on to.</summary>
internal static class LiveBytes
{
    public static long Now()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: false);
    }
}
