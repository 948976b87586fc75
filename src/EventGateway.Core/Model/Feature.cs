namespace EventGateway.Core.Model;

/// <summary>Something the writer uses that older readers may not understand; a reader that does not know it says so and goes on.</summary>
public sealed record Feature(EntityKey Key) : Entity(Key)
{
    public required int Level { get; init; }

    public override IEnumerable<ConfigProblem> Validate() => [];
}
