using System.Collections.Immutable;

namespace EventGateway.Commands;

/// <summary>A command whose help ends with examples.</summary>
internal interface IExampleCommand
{
    /// <summary>Whole command lines that work as they stand.</summary>
    ImmutableArray<string> Examples { get; }
}
