using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EventGateway.Tests.Architecture;

/// <summary>One C# file of the repository, parsed once.</summary>
internal sealed class SourceFile
{
    private SourceFile(string path)
    {
        Path = Repository.Relative(path);
        var text = File.ReadAllText(path);
        Lines = text.Count(c => c == '\n');
        Root = CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview)).GetCompilationUnitRoot();
    }

    public static ImmutableArray<SourceFile> OfProduct { get; } = [.. Repository.Files("src", "*.cs").Select(f => new SourceFile(f))];

    public static ImmutableArray<SourceFile> OfTests { get; } = [.. Repository.Files("tests", "*.cs").Select(f => new SourceFile(f))];

    /// <summary>From the repository's root, with '/'.</summary>
    public string Path { get; }

    public int Lines { get; }

    public CompilationUnitSyntax Root { get; }

    /// <summary>The project's folder name, for example <c>EventGateway.Core</c>.</summary>
    public string Project => Path.Split('/')[1];

    public IEnumerable<BaseTypeDeclarationSyntax> TopLevelTypes =>
        Root.DescendantNodes(n => n is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax).OfType<BaseTypeDeclarationSyntax>();

    /// <summary>Methods, constructors, operators and local functions with the number of lines each takes.</summary>
    public IEnumerable<(string Name, int Lines)> Methods => Root.DescendantNodes()
        .Where(n => n is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax)
        .Select(n => (Name(n), LineCount(n)));

    public IEnumerable<string> Identifiers => Root.DescendantTokens().Where(t => t.IsKind(SyntaxKind.IdentifierToken)).Select(t => t.ValueText);

    public override string ToString() => Path;

    private static int LineCount(SyntaxNode node)
    {
        var span = node.SyntaxTree.GetLineSpan(node.Span);
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static string Name(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.ValueText,
        LocalFunctionStatementSyntax local => local.Identifier.ValueText,
        _ => node.Kind().ToString(),
    };
}
