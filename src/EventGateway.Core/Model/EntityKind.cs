namespace EventGateway.Core.Model;

/// <summary>What an entity is. The numbers are those of the wire contract's <c>Kind</c>.</summary>
public enum EntityKind
{
    /// <summary>A kind this build does not know; its records are kept, hashed and counted, not used.</summary>
    Unknown = 0,
    Listener = 1,
    Route = 2,
    Backend = 3,
    Endpoints = 4,
    Certificate = 5,
    Feature = 61,
}
