using System.Collections.Immutable;
using EventGateway.Core.Publishing;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>One namespace, from pass to pass. Used by one thread.</summary>
internal sealed class NamespaceTranslator(TranslationOptions options, ConflictIndex conflicts)
{
    private readonly ServiceStep _services = new();
    private readonly IngressStep _ingresses = new(conflicts);
    private readonly BackendStep _backends = new();
    private readonly EndpointSliceStep _slices = new();
    private readonly CertificateStep _certificates = new();
    private NamespacePass? _last;
    private ImmutableArray<JudgedObject> _verdicts = [];

    public DesiredState Desired { get; private set; } = DesiredState.Empty;

    /// <summary>Translates what is new in the snapshot.</summary>
    /// <returns>Whether there was anything to do; if so, or if a conflict changed, <see cref="Judge"/> is due.</returns>
    public bool Run(NamespaceSnapshot snapshot, IngressClassTable classes, TimeProvider time)
    {
        if (_last is not null && ReferenceEquals(_last.Snapshot, snapshot) && ReferenceEquals(_last.Classes, classes))
        {
            return false;
        }

        var pass = new NamespacePass(snapshot, classes, time, _last);
        pass.Sort();
        _ingresses.Run(pass, _services.Read(pass));
        _backends.Run(pass);
        _slices.Run(pass);
        _services.Judge(pass);
        _certificates.Run(pass, _ingresses.Units);
        OtherKindsStep.Run(pass, options);
        Desired = pass.Changes.ApplyTo(Desired);
        _last = pass;
        return true;
    }

    /// <summary>The verdicts of the last snapshot, with the conflicts as they stand now.</summary>
    public void Judge()
    {
        var objects = _last!.Snapshot.Objects;
        var verdicts = ImmutableArray.CreateBuilder<JudgedObject>(objects.Length);
        for (var place = 0; place < objects.Length; place++)
        {
            var item = objects[place].Object;
            var draft = _last.DraftOf(place).With([], item.Warnings);
            if (_last.Ingresses.TryGetValue(item.Id.Name, out var ingress) && ingress == place)
            {
                draft = draft.With([], conflicts.WarningsOf(item.Id));
            }

            verdicts.Add(place < _verdicts.Length && _verdicts[place].IsOf(objects[place], draft) ? _verdicts[place] : JudgedObject.Of(objects[place], draft));
        }

        _verdicts = verdicts.MoveToImmutable();

    }

    public IEnumerable<ObjectVerdict> Verdicts => _verdicts.Select(v => v.Verdict);

    /// <summary>Takes back what the namespace claims; called when it is gone.</summary>
    public void Close(TimeProvider time)
    {
        if (_last is not null)
        {
            Run(new NamespaceSnapshot(_last.Namespace, []), _last.Classes, time);
        }
    }
}
