namespace EventGateway.Sources;

public enum VerdictOutcome
{
    /// <summary>In use; there may be warnings.</summary>
    Accepted = 0,

    /// <summary>Not in use, or not all of it: the reasons say what and how to mend it.</summary>
    Refused = 1,

    /// <summary>No business of the gateway's, or not referred to by anything it serves; the reason says which.</summary>
    Skipped = 2,
}
