using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EventGateway.Tests.Architecture;

/// <summary>The parts of docs/style.md that a machine can hold.</summary>
public sealed partial class HouseStyleTests
{
    private const int FileCap = 400;
    private const int MethodCap = 80;

    // Each with its reason. The list is meant to get shorter.
    private static readonly ImmutableHashSet<string> LongFiles = [];
    private static readonly ImmutableHashSet<string> LongMethods = [];

    [Fact]
    public void Files_AreNoLongerThanTheCap() => AssertNone(
        All.Where(f => f.Lines > FileCap && !LongFiles.Contains(f.Path)).Select(f => $"{f.Path}: {f.Lines} lines, the cap is {FileCap}"));

    [Fact]
    public void Methods_AreNoLongerThanTheCap() => AssertNone(
        from file in All
        from method in file.Methods
        where method.Lines > MethodCap && !LongMethods.Contains($"{file.Path}:{method.Name}")
        select $"{file.Path}: {method.Name} has {method.Lines} lines, the cap is {MethodCap}");

    [Fact]
    public void Files_HoldOneTypeNamedLikeTheFile() => AssertNone(
        from file in SourceFile.OfProduct
        let types = file.TopLevelTypes.ToList()
        // What stands behind a dot tells parts of a type apart, or a generic one from its plain brother.
        let name = Path.GetFileName(file.Path).Split('.')[0]
        where types.Count > 1 || types.Count == 1 && types[0].Identifier.ValueText != name
        select $"{file.Path} holds {string.Join(", ", types.Select(t => t.Identifier.ValueText))}");

    [Fact]
    public void Classes_AreSealedAbstractOrStatic() => AssertNone(
        from file in SourceFile.OfProduct
        from type in file.Root.DescendantNodes().OfType<TypeDeclarationSyntax>()
        where type is ClassDeclarationSyntax || type is RecordDeclarationSyntax record && !record.ClassOrStructKeyword.IsKind(SyntaxKind.StructKeyword)
        where !type.Modifiers.Any(m => m.Kind() is SyntaxKind.SealedKeyword or SyntaxKind.AbstractKeyword or SyntaxKind.StaticKeyword)
        select $"{file.Path}: {type.Identifier.ValueText} is open; seal it");

    [Fact]
    public void Namespaces_FollowTheFolders() => AssertNone(
        from file in SourceFile.OfProduct
        let declared = file.Root.Members.OfType<BaseNamespaceDeclarationSyntax>().SingleOrDefault()
        where declared is not null
        let expected = Path.GetDirectoryName(file.Path)!.Replace('\\', '/')["src/".Length..].Replace('/', '.')
        let name = declared.Name.ToString()
        // Extension classes live where their users look for them.
        where name != expected && !(file.Path.EndsWith("Extensions.cs", StringComparison.Ordinal) && name.StartsWith("Microsoft.", StringComparison.Ordinal))
        select $"{file.Path}: namespace {name}, expected {expected}");

    [Fact]
    public void Names_AreNoBagsOfThings() => AssertNone(
        Repository.Files("src", "*.cs").Concat(Repository.Files("tests", "*.cs"))
            .SelectMany(f => Repository.Relative(f).Replace(".cs", "", StringComparison.Ordinal).Split('/', '.'))
            .Distinct()
            .Where(part => part is "Common" or "Utils" or "Helpers" or "Abstractions" || BagName().IsMatch(part)));

    [Fact]
    public void Regions_AreNotUsed() => AssertNone(All.Where(f => f.Root.DescendantTrivia().Any(t => t.IsKind(SyntaxKind.RegionDirectiveTrivia))).Select(f => f.Path));

    [Fact]
    public void Catches_AreNeverBare() => AssertNone(
        from file in SourceFile.OfProduct
        from clause in file.Root.DescendantNodes().OfType<CatchClauseSyntax>()
        // Putting things straight and throwing on swallows nothing.
        where clause.Declaration is null && clause.Block.Statements.LastOrDefault() is not ThrowStatementSyntax
        select $"{file.Path}: a catch that names no exception");

    [Fact]
    public void Logging_GoesThroughLoggerMessages() => AssertNone(
        from file in SourceFile.OfProduct
        from call in file.Root.DescendantNodes().OfType<InvocationExpressionSyntax>()
        where call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "LogTrace" or "LogDebug" or "LogInformation" or "LogWarning" or "LogError" or "LogCritical" }
        select $"{file.Path}: {call}");

    [Fact]
    public void EventIds_AreUsedOnce()
    {
        var ids =
            (from file in SourceFile.OfProduct
             from attribute in file.Root.DescendantNodes().OfType<AttributeSyntax>()
             where attribute.Name.ToString() is "LoggerMessage"
             from argument in attribute.ArgumentList!.Arguments
             where argument.Expression is LiteralExpressionSyntax { Token.Value: int } && argument.NameEquals?.Name.Identifier.ValueText is null or "EventId"
             where argument.Expression is LiteralExpressionSyntax { Token.Value: int }
             select (Id: (int)((LiteralExpressionSyntax)argument.Expression).Token.Value!, file.Path)).ToList();
        Assert.NotEmpty(ids);
        AssertNone(ids.GroupBy(i => i.Id).Where(g => g.Count() > 1).Select(g => $"event id {g.Key} is used by {string.Join(", ", g.Select(i => i.Path))}"));
    }

    private static IEnumerable<SourceFile> All => SourceFile.OfProduct.Concat(SourceFile.OfTests);

    private static void AssertNone(IEnumerable<string> findings)
    {
        var all = string.Join('\n', findings);
        Assert.True(all.Length == 0, all);
    }

    [GeneratedRegex("(Manager|Helper|Helpers|Util|Utils|Utilities)$")]
    private static partial Regex BagName();
}
