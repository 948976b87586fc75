namespace EventGateway.Proxy.Routing;

/// <summary>
/// What to do with an exception out of checking or building one entity. A log is written by others, of other builds: whatever one entity sets
/// off (a fault of ours, or a bound of .NET that its validation does not know) is that entity's refusal. Thrown on, it would
/// leave the change set half applied and be met again at each attempt.
/// </summary>
internal static class BuildFault
{
    /// <summary>False where the process as a whole is in trouble.</summary>
    public static bool IsOfEntity(Exception e) => e is not (OutOfMemoryException or OperationCanceledException);

    public static string ReasonOf(Exception e) => $"this build cannot use it, please report that: {e.GetType().Name}: {e.Message}";
}
