namespace EventGateway.Core.Sealing;

/// <summary>Something that must not be seen: either in clear inside one process, or sealed for the log. Prints as its state only.</summary>
public abstract class Secret
{
    private protected Secret()
    {
    }
}
