"""Rollbacks: a former release comes back as a new one, and somebody has to ask for it."""

from driftlab.checker import Deployment, Evidence, Exercise, Lab, ReplicaSet, Snapshot, Verdict, failed, passed, waiting
from driftlab.checker import predicates as p

lab = Lab(
    "06-rollbacks",
    title="Rollbacks",
    minutes=45,
    summary="Take releases back: by one step, by many, when one is stuck, and when the history has forgotten.",
)

CHANGE_CAUSE = "kubernetes.io/change-cause"
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
UNLESS_SAID = 10  # what revisionHistoryLimit is where nobody sets it
#: What an environment may come from.
SOURCES = ("configmaps", "secrets")


def blog_api(snapshot: Snapshot) -> Deployment | None:
    return snapshot.deployment("blog-api")


# ---- the history


def revisions(snapshot: Snapshot) -> dict[str, int]:
    """The ReplicaSets of blog-api: UID, and the revision that each says it is."""
    return p.revisions(blog_api(snapshot), snapshot)


def has_history(snapshot: Snapshot, *numbers: int) -> bool:
    """Is this the history, and is its newest release complete?"""
    complete = all(not p.unfinished(deployment, snapshot) for deployment in snapshot.deployments)
    return complete and sorted(revisions(snapshot).values()) == list(numbers)


def asks_for(evidence: Evidence, number: int) -> bool:
    """Does blog-api ask for the template that this revision had at the start? What is said since does not count."""
    deployment = blog_api(evidence.now)
    return deployment is not None and p.restored(deployment, number, evidence)


def asks_for_nothing_old(evidence: Evidence) -> bool:
    """Is its template another one than any revision had at the start?"""
    return not any(asks_for(evidence, number) for number in revisions(evidence.baseline).values())


def lost(evidence: Evidence) -> list[int]:
    """The revisions from the start whose ReplicaSets are gone."""
    return p.lost_revisions(evidence, "blog-api")


def newest(evidence: Evidence) -> int:
    """The revision that was rolled out last at the start."""
    return max(revisions(evidence.baseline).values(), default=0)


def toggled(evidence: Evidence) -> bool:
    """Does it ask again for what it asked for at the start, under a new number? Then it has been away and come back."""
    number = newest(evidence)
    now = revisions(evidence.now)
    return asks_for(evidence, number) and any(
        now.get(uid, 0) > number for uid, was in revisions(evidence.baseline).items() if was == number
    )


# ---- what several exercises ask


def settled(deployment: Deployment, snapshot: Snapshot) -> Verdict:
    """The right template is asked for. Is it what runs?"""
    if deployment.paused:
        return failed("the template is the right one, but the rollout is paused", share=0.5)
    if missing := p.unfinished(deployment, snapshot):
        return waiting(f"the template is the right one; not settled yet: {missing}")
    return passed("the template is the right one, and all Pods are made from it")


def back_at(evidence: Evidence, number: int) -> Verdict:
    """blog-api asks for exactly what revision ``number`` was, and has it."""
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api any more")
    if recreated(evidence):
        return failed(f"this is another Deployment with the same name: it has never had that revision {number}")
    if asks_for(evidence, number):
        return settled(deployment, evidence.now)
    for other in revisions(evidence.baseline).values():
        if asks_for(evidence, other):
            return failed(f"its template is the one that revision {other} had at the start")
    if deployment.images == images_of(evidence, number):
        return failed(f"its image is that of revision {number}, but the rest of its template is not", share=0.5)
    return failed(f"its template is none that it has had before; its image is {', '.join(deployment.images)}")


def images_of(evidence: Evidence, number: int) -> tuple[str, ...]:
    uids = {uid for uid, revision in revisions(evidence.baseline).items() if revision == number}
    return next((p.images(rs) for rs in evidence.baseline.replicasets if rs.uid in uids), ())


def the_same(evidence: Evidence, replicas: int = 3) -> Verdict:
    """It is the Deployment from the start, asks for as many Pods as it should, and no other Pods carry its label."""
    deployment = blog_api(evidence.now)
    if deployment is None:
        return failed("there is no Deployment called blog-api any more")
    if recreated(evidence):
        return failed("this is another Deployment with the same name: its UID is not the one from the start")
    if deployment.replicas != replicas:
        return failed(f"it asks for {deployment.replicas} replicas; it should ask for {replicas}")
    if others := p.strangers_in_selector(deployment, evidence.now):
        return failed(f"{len(others)} Pods carry its label and are not its own")
    return passed(f"the same Deployment, which asks for {replicas} replicas")


def history_kept(evidence: Evidence) -> Verdict:
    gone = lost(evidence)
    return failed(f"the ReplicaSet that kept revision {gone[0]} is gone") if gone else passed("none of them is lost")


# ---- what several exercises are mistaken for


def recreated(evidence: Evidence) -> bool:
    return p.was_recreated(evidence, "blog-api") or blog_api(evidence.now) is None


def replicaset_scaled(evidence: Evidence) -> bool:
    touched = [told for told in p.replicasets_touched(evidence, "blog-api") if not told.startswith("deleted")]
    return p.you(evidence, "scaled", "ReplicaSet") or bool(touched)


def common_mistakes(exercise: Exercise, instead: str) -> None:
    """Mistakes that can be made in every exercise that goes back. ``instead`` is the command to use."""
    exercise.mistake(
        "recreated",
        "Look at the AGE of the Deployment, and at its history.",
        "You deleted the Deployment and made a new one. Its history went with the old one, and so did all its Pods: "
        "there was a time when nobody served.",
        f"Start again with reset(), and change the Deployment that is there: {instead}",
    )(recreated)
    exercise.mistake(
        "replicaset-scaled",
        "Which object did you tell the number, and who else tells it a number?",
        "You scaled a ReplicaSet. Its Deployment wants all Pods from its current template, so it took yours away "
        "again. An old ReplicaSet grows only when the Deployment asks for its template.",
        f"Leave the ReplicaSets to the Deployment: {instead}",
    )(replicaset_scaled)


# ---- 1

undo = lab.exercise(
    "undo",
    "Take a release back",
    hints=(
        "The former template is still there. Which verb of `kubectl rollout` asks for it again?",
        "`kubectl rollout undo` takes the name of the Deployment. Without a number it goes back one revision.",
        "`kubectl rollout undo deployment/blog-api`",
    ),
)
undo.begins = lambda snapshot: has_history(snapshot, 1, 2)


@undo.goal("blog-api asks for exactly what revision 1 was, and has it", points=2)
def _(evidence: Evidence) -> Verdict:
    return back_at(evidence, 1)


undo.goal("It is the Deployment from the start, with three replicas", guard=True)(the_same)
undo.goal("Both releases are still in its history", guard=True)(history_kept)
common_mistakes(undo, "kubectl rollout undo deployment/blog-api")


@undo.mistake(
    "toggled",
    "How often did you undo?",
    "An undo is a release like any other, so the next undo takes it back. After two of them you are where you began.",
    "kubectl rollout undo deployment/blog-api, once",
)
def _(evidence: Evidence) -> bool:
    return toggled(evidence)


@undo.mistake(
    "second-deployment",
    "`kubectl get deployments`: how many are there?",
    "You made another Deployment. The old release runs beside the bad one now; blog-api itself has not changed.",
    "kubectl delete deployment, with the name of yours; then: kubectl rollout undo deployment/blog-api",
)
def _(evidence: Evidence) -> bool:
    return any(deployment.name != "blog-api" for deployment in evidence.now.deployments)


@undo.mistake(
    "lost",
    "`kubectl rollout history deployment/blog-api`: is everything still there?",
    "An old ReplicaSet with no Pods looks like rubbish. It is the only place where the old template is written down: "
    "whoever deletes it throws the revision away.",
    "Start again with reset(), then: kubectl rollout undo deployment/blog-api",
)
def _(evidence: Evidence) -> bool:
    return bool(lost(evidence))


@undo.mistake(
    "half",
    "Was the image all that the second release changed? `kubectl rollout history` shows a revision with --revision.",
    "The second release changed the image and PAGE_SIZE. You brought the image back; what runs now is a mixture that "
    "nobody has ever tried.",
    "Start again with reset(), then: kubectl rollout undo deployment/blog-api",
)
def _(evidence: Evidence) -> bool:
    return asks_for_nothing_old(evidence)


# ---- 2

to_revision = lab.exercise(
    "to-revision",
    "Back to a release of your choice",
    hints=(
        "Which revision has the banner and still has the image blog-api:1.0?",
        (
            "`kubectl rollout history` shows what a revision was if you add --revision and its number. "
            "`kubectl rollout undo` takes the same number with --to-revision."
        ),
        "`kubectl rollout undo deployment/blog-api --to-revision=2`",
    ),
)
to_revision.begins = lambda snapshot: has_history(snapshot, 1, 2, 3, 4)


@to_revision.goal("blog-api asks for exactly what that release was, and has it", points=3)
def _(evidence: Evidence) -> Verdict:
    return back_at(evidence, 2)


to_revision.goal("It is the Deployment from the start, with three replicas", guard=True)(the_same)
to_revision.goal("All four releases are still in its history", guard=True)(history_kept)
common_mistakes(to_revision, "kubectl rollout undo deployment/blog-api --to-revision=2")


@to_revision.mistake(
    "forged",
    "Did you change the numbers, or the release?",
    "You wrote revision numbers into the ReplicaSets by hand. The number is only a name on the drawer; what counts is "
    "the template in it.",
    "Start again with reset(), then: kubectl rollout undo deployment/blog-api --to-revision=2",
)
def _(evidence: Evidence) -> bool:
    before, now = revisions(evidence.baseline), revisions(evidence.now)
    # the controller gives a revision only numbers that no other one has had
    return any(number != before.get(uid, number) and number <= newest(evidence) for uid, number in now.items())


@to_revision.mistake(
    "toggled",
    "Which image runs now, and which one ran at the start?",
    "Two undos do not go back two releases. The first one makes the former release the newest; the second one goes "
    "back from there, to where you began.",
    "kubectl rollout undo deployment/blog-api --to-revision=2",
)
def _(evidence: Evidence) -> bool:
    return toggled(evidence)


@to_revision.mistake(
    "other-revision",
    "Compare what runs now with what was asked for: the banner, and the image.",
    "This is a release from the history, but not the one. Without a number, undo goes back one step; and not every "
    "release with the image blog-api:1.0 had the banner.",
    "kubectl rollout undo deployment/blog-api --to-revision=2",
)
def _(evidence: Evidence) -> bool:
    return asks_for(evidence, 1) or asks_for(evidence, 3)


@to_revision.mistake(
    "half",
    "Compare line by line: `kubectl rollout history` with --revision, for the one you want and for the newest.",
    "What you put together by hand is not the release that you were asked for: something in the template differs.",
    "kubectl rollout undo deployment/blog-api --to-revision=2",
)
def _(evidence: Evidence) -> bool:
    return asks_for_nothing_old(evidence)


# ---- 3

change_cause = lab.exercise(
    "change-cause",
    "Say why",
    hints=(
        "The column CHANGE-CAUSE shows an annotation. Which verb of kubectl writes annotations?",
        (
            "Release first: the reason goes to the revision that is the newest when you write it. `kubectl annotate` "
            'takes the Deployment and kubernetes.io/change-cause="your reason"; after the first time, add --overwrite.'
        ),
        (
            "`kubectl set image deployment/blog-api blog-api=blog-api:1.1`, then "
            '`kubectl annotate deployment/blog-api kubernetes.io/change-cause="1.1: search finds titles, too"`, then '
            "`kubectl set env deployment/blog-api PAGE_SIZE=50`, then "
            '`kubectl annotate deployment/blog-api --overwrite kubernetes.io/change-cause="50 posts on a page"`'
        ),
    ),
    watches=SOURCES,
)
change_cause.begins = lambda snapshot: has_history(snapshot, 1)


def as_planned(of: Deployment | ReplicaSet, evidence: Evidence, image: str, page_size: str) -> bool:
    """Is its template the one from the start with this image and this PAGE_SIZE, and with nothing else changed?"""
    before, found = blog_api(evidence.baseline), p.environment(of, evidence.now)
    return (
        before is not None
        and p.changed_in_template(before, of) <= {"image", "env"}
        and p.images(of) == (image,)
        and not found.missing
        and not found.unknown
        and found.values == {"PAGE_SIZE": page_size}
    )


def own_replicasets(evidence: Evidence) -> tuple[ReplicaSet, ...]:
    deployment = blog_api(evidence.now)
    return p.replicasets_of(deployment, evidence.now) if deployment else ()


def release(evidence: Evidence, image: str, page_size: str) -> ReplicaSet | None:
    """What keeps the release that brought exactly this."""
    return next((rs for rs in own_replicasets(evidence) if as_planned(rs, evidence, image, page_size)), None)


def reason(replicaset: ReplicaSet | None) -> str:
    """What `kubectl rollout history` shows as its CHANGE-CAUSE."""
    annotations = (replicaset.metadata.get("annotations") or {}) if replicaset else {}
    return str(annotations.get(CHANGE_CAUSE, "")).strip()


def first_release(evidence: Evidence) -> ReplicaSet | None:
    return release(evidence, "blog-api:1.1", "20")


def second_release(evidence: Evidence) -> ReplicaSet | None:
    return release(evidence, "blog-api:1.1", "50")


@change_cause.goal("The first release brings blog-api:1.1, and says why", points=2)
def _(evidence: Evidence) -> Verdict:
    made = first_release(evidence)
    if made is None:
        return failed("there is no revision that changes the image to blog-api:1.1, and nothing else")
    if not reason(made):
        return failed(f"revision {made.revision} is that release; its CHANGE-CAUSE is empty", share=0.5)
    return passed(f"revision {made.revision} has a reason")


@change_cause.goal("The second release brings PAGE_SIZE=50, says why, and runs", points=2)
def _(evidence: Evidence) -> Verdict:
    deployment, made = blog_api(evidence.now), second_release(evidence)
    if deployment is None or made is None:
        return failed("there is no revision that has blog-api:1.1 and PAGE_SIZE=50, and nothing else")
    if not as_planned(deployment, evidence, "blog-api:1.1", "50"):
        return failed(f"revision {made.revision} is that release, but it is not what blog-api asks for now")
    if not reason(made):
        return failed(f"revision {made.revision} is that release; its CHANGE-CAUSE is empty", share=0.5)
    if reason(made) == reason(first_release(evidence)):
        return failed(f"revision {made.revision} gives the same reason as the release before it", share=0.5)
    if deployment.paused:
        return failed("the rollout is paused", share=0.5)
    told = passed(f"revision {made.revision} has a reason of its own, and all Pods are made from it")
    return p.settling(deployment, evidence.now) or told


def reasons_twice(evidence: Evidence) -> bool:
    given = [reason(rs) for rs in own_replicasets(evidence) if reason(rs)]
    return len(set(given)) < len(given)


@change_cause.goal("No reason stands at two revisions", guard=True)
def _(evidence: Evidence) -> Verdict:
    return failed("two revisions give the same reason") if reasons_twice(evidence) else passed("none does")


change_cause.goal("It is the Deployment from the start, with three replicas", guard=True)(the_same)


@change_cause.mistake(
    "recreated",
    "Look at the AGE of the Deployment, and at its history.",
    "You deleted the Deployment and made a new one: its history begins anew, and nobody can read what came before.",
    "Start again with reset(), then: kubectl set image deployment/blog-api blog-api=blog-api:1.1",
)
def _(evidence: Evidence) -> bool:
    return recreated(evidence)


@change_cause.mistake(
    "in-template",
    "How many revisions are there, and what did the last one change?",
    "You wrote the reason into the Pod template. Whatever changes in the template is a release, so the reason made one "
    "of its own. It belongs to the Deployment's own annotations.",
    "Start again with reset(); after each release: kubectl annotate deployment/blog-api --overwrite "
    'kubernetes.io/change-cause="…"',
)
def _(evidence: Evidence) -> bool:
    return any(CHANGE_CAUSE in p.pod_annotations(rs) for rs in own_replicasets(evidence))


@change_cause.mistake(
    "one-release",
    "How many lines has the history gained?",
    "Image and PAGE_SIZE came in one release. That is allowed at work, but here they are two, each with its reason.",
    "Start again with reset(); first kubectl set image deployment/blog-api blog-api=blog-api:1.1 and its reason, "
    "then kubectl set env deployment/blog-api PAGE_SIZE=50 and its own",
)
def _(evidence: Evidence) -> bool:
    return second_release(evidence) is not None and first_release(evidence) is None


@change_cause.mistake(
    "early",
    "Read the history: at which revision has each of your reasons landed?",
    "The reason goes to the revision that is the newest when you write it. Written before the release, it lands on the "
    "one before; and the next release takes it along.",
    "Start again with reset(); release first, then annotate: kubectl annotate deployment/blog-api --overwrite "
    'kubernetes.io/change-cause="…"',
)
def _(evidence: Evidence) -> bool:
    at_first = [rs for rs in own_replicasets(evidence) if rs.uid in revisions(evidence.baseline)]
    return reasons_twice(evidence) and any(reason(rs) for rs in at_first)


@change_cause.mistake(
    "same-reason",
    "Read the reason of the newest revision again: who wrote it, and about what?",
    "The annotation stays on the Deployment. A release that brings no reason of its own takes the former one along, "
    "and then the history tells something that is not true.",
    'kubectl annotate deployment/blog-api --overwrite kubernetes.io/change-cause="50 posts on a page"',
)
def _(evidence: Evidence) -> bool:
    return reasons_twice(evidence)


@change_cause.mistake(
    "no-reason",
    "What does `kubectl rollout history` say in the column CHANGE-CAUSE?",
    "It says <none>: nobody fills that in for you. Look for the annotation kubernetes.io/change-cause on the "
    "Deployment, not on Pods, and mind its spelling.",
    'After each release: kubectl annotate deployment/blog-api --overwrite kubernetes.io/change-cause="…"',
)
def _(evidence: Evidence) -> bool:
    made = [one for one in (first_release(evidence), second_release(evidence)) if one]
    return any(not reason(one) for one in made)


# ---- 4

replicas_stay = lab.exercise(
    "replicas-stay",
    "What undo does not bring back",
    hints=(
        "Two things were changed on Friday. Does one command bring both back?",
        (
            "The release is in the history; the number of replicas is not. One needs `kubectl rollout undo`, the other "
            "one `kubectl scale`."
        ),
        "`kubectl rollout undo deployment/blog-api`, then `kubectl scale deployment/blog-api --replicas=4`",
    ),
)
replicas_stay.begins = lambda snapshot: has_history(snapshot, 1, 2)


@replicas_stay.goal("blog-api asks for exactly what revision 1 was, and has it", points=2)
def _(evidence: Evidence) -> Verdict:
    return back_at(evidence, 1)


@replicas_stay.goal("Four Pods of that release are ready", points=2)
def _(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None or recreated(evidence):
        return failed("the Deployment from the start is gone")
    if deployment.replicas != 4:
        return failed(f"it asks for {deployment.replicas}")
    if not asks_for(evidence, 1):
        return failed("it asks for four, but of another release", share=0.5)
    return settled(deployment, evidence.now)


@replicas_stay.goal("Both releases are still in its history", guard=True)
def _(evidence: Evidence) -> Verdict:
    return history_kept(evidence)


common_mistakes(
    replicas_stay, "kubectl rollout undo deployment/blog-api and kubectl scale deployment/blog-api --replicas=4"
)


@replicas_stay.mistake(
    "toggled",
    "Which image runs now?",
    "The second undo took the first one back: the release from Friday runs again. Scaling has no revision, so no undo "
    "leads to the old number.",
    "kubectl rollout undo deployment/blog-api, once; then: kubectl scale deployment/blog-api --replicas=4",
)
def _(evidence: Evidence) -> bool:
    return toggled(evidence)


@replicas_stay.mistake(
    "undo-only",
    "Count the Pods.",
    "The release from Thursday is back, its number of replicas is not: undo brings back the Pod template, and that "
    "number is not part of it.",
    "kubectl scale deployment/blog-api --replicas=4",
)
def _(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and asks_for(evidence, 1) and deployment.replicas != 4


@replicas_stay.mistake(
    "scaled-only",
    "Which image do the Pods run?",
    "There are more Pods now, and all of them run the release from Friday. Scaling never changes the template.",
    "kubectl rollout undo deployment/blog-api",
)
def _(evidence: Evidence) -> bool:
    deployment, before = blog_api(evidence.now), blog_api(evidence.baseline)
    scaled = deployment is not None and before is not None and deployment.replicas != before.replicas
    return scaled and asks_for(evidence, 2)


# ---- 5

stuck = lab.exercise(
    "stuck",
    "A release that is stuck",
    hints=(
        "The cluster has told you that it gets nowhere, and it goes on trying. Who decides to go back?",
        "You do. The former release is in the history, and `kubectl rollout undo` asks for it.",
        "`kubectl rollout undo deployment/blog-api`",
    ),
)


def is_stuck(snapshot: Snapshot) -> bool:
    """The new Pod gets nowhere, the deadline is over, and the three old Pods serve."""
    deployment = blog_api(snapshot)
    return (
        deployment is not None
        and sorted(revisions(snapshot).values()) == [1, 2]
        and p.deadline_exceeded(deployment)
        and len(serving(snapshot)) == 3
        and any(not pod.ready for pod in snapshot.pods)
    )


def serving(snapshot: Snapshot) -> frozenset[str]:
    """The UIDs of blog-api's Pods that are ready."""
    deployment = blog_api(snapshot)
    return p.uids(tuple(pod for pod in p.pods_of(deployment, snapshot) if pod.ready)) if deployment else frozenset()


stuck.begins = is_stuck


@stuck.goal("blog-api asks for exactly what revision 1 was, and has it", points=2)
def _(evidence: Evidence) -> Verdict:
    return back_at(evidence, 1)


@stuck.goal("The three Pods that served all the time still serve", guard=True)
def _(evidence: Evidence) -> Verdict:
    left = serving(evidence.baseline) & serving(evidence.now)
    if len(left) < 3:
        return failed(f"{len(left)} of them are left")
    return passed("they are the same three as at the start, and they are ready")


stuck.goal("It is the Deployment from the start, with three replicas", guard=True)(the_same)
common_mistakes(stuck, "kubectl rollout undo deployment/blog-api")


@stuck.mistake(
    "paused",
    "What does `kubectl rollout resume` take back?",
    "You paused the rollout. A pause keeps everything as it is, a stuck release, too; and kubectl refuses to undo a "
    "paused Deployment.",
    "kubectl rollout resume deployment/blog-api, then: kubectl rollout undo deployment/blog-api",
)
def _(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and deployment.paused


@stuck.mistake(
    "restarted",
    "Which image does the newest revision ask for?",
    "A restart is a new release with the same image, and there is still no such image: now that one is stuck.",
    "kubectl rollout undo deployment/blog-api --to-revision=1",
)
def _(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and RESTARTED_AT in p.pod_annotations(deployment)


@stuck.mistake(
    "patience",
    "How many Pods of the new release are ready by now?",
    "You gave the release more time. The deadline only decides when the cluster tells you that nothing moves; the "
    "image is not going to appear.",
    "kubectl rollout undo deployment/blog-api",
)
def _(evidence: Evidence) -> bool:
    before, after = blog_api(evidence.baseline), blog_api(evidence.now)
    if before is None or after is None:
        return False
    return "progressDeadlineSeconds" in p.changed(before, after) and asks_for(evidence, 2)


@stuck.mistake(
    "pod-deleted",
    "What has come in place of the Pod that you deleted?",
    "A Pod is made from the template. As long as the template asks for an image that does not exist, each Pod that "
    "comes in its place waits for it, too.",
    "kubectl rollout undo deployment/blog-api",
)
def _(evidence: Evidence) -> bool:
    return p.you(evidence, "deleted", "Pod", of="blog-api") and not asks_for(evidence, 1)


@stuck.mistake(
    "interrupted",
    "Look at the AGE of the Pods: which of them have served all the time?",
    "The right release is back, but the Pods that served were replaced on the way. They had been made from exactly "
    "that template: nothing needed to be started.",
    "Start again with reset(), leave the Pods alone, and: kubectl rollout undo deployment/blog-api",
)
def _(evidence: Evidence) -> bool:
    return asks_for(evidence, 1) and not serving(evidence.baseline) <= serving(evidence.now)


@stuck.mistake(
    "forward",
    "Which release was asked for?",
    "You went forward, to something new. That can be right at work; here the release that has served all the time "
    "should be what is asked for.",
    "kubectl rollout undo deployment/blog-api --to-revision=1",
)
def _(evidence: Evidence) -> bool:
    return asks_for_nothing_old(evidence)


# ---- 6

history_limit = lab.exercise(
    "history-limit",
    "When the history has forgotten",
    hints=(
        "What is not in the history can only be written again. And what should be different next time?",
        (
            "First revisionHistoryLimit, with `kubectl patch` or `kubectl edit`; then the template, in which two "
            "values differ from today's."
        ),
        (
            '`kubectl patch deployment blog-api --patch \'{"spec": {"revisionHistoryLimit": 5}}\'`, then '
            "`kubectl set image deployment/blog-api blog-api=blog-api:1.0`, then "
            "`kubectl set env deployment/blog-api PAGE_SIZE=20`"
        ),
    ),
    watches=SOURCES,
)
LIMIT_FIRST = (
    "Start again with reset(); first: "
    'kubectl patch deployment blog-api --patch \'{"spec": {"revisionHistoryLimit": 5}}\''
)
WRITE_AGAIN = (
    "kubectl set image deployment/blog-api blog-api=blog-api:1.0, "
    "then: kubectl set env deployment/blog-api PAGE_SIZE=20"
)
history_limit.begins = lambda snapshot: has_history(snapshot, 2, 3)


def limit(evidence: Evidence) -> int:
    deployment = blog_api(evidence.now)
    return int(deployment.spec.get("revisionHistoryLimit", UNLESS_SAID)) if deployment else 0


def asks_for_the_first(evidence: Evidence) -> bool:
    deployment = blog_api(evidence.now)
    return deployment is not None and as_planned(deployment, evidence, "blog-api:1.0", "20")


@history_limit.goal("blog-api asks for what release 1 was, and has it", points=2)
def _(evidence: Evidence) -> Verdict:
    deployment = blog_api(evidence.now)
    if deployment is None or recreated(evidence):
        return failed("the Deployment from the start is gone")
    if asks_for_the_first(evidence):
        return settled(deployment, evidence.now)
    for other in revisions(evidence.baseline).values():
        if asks_for(evidence, other):
            return failed(f"its template is the one that revision {other} had at the start")
    half = deployment.images == ("blog-api:1.0",)
    told = f"its image is {', '.join(deployment.images)}, and its template is not that of release 1"
    return failed(told, share=0.5 if half else 0)


@history_limit.goal("Five old revisions or more are kept from now on")
def _(evidence: Evidence) -> Verdict:
    kept = limit(evidence)
    return passed(f"revisionHistoryLimit is {kept}") if kept >= 5 else failed(f"revisionHistoryLimit is {kept}")


history_limit.goal("Revisions 2 and 3 can still be gone back to", guard=True)(history_kept)
history_limit.goal("It is the Deployment from the start, with three replicas", guard=True)(the_same)


@history_limit.mistake(
    "recreated",
    "Look at the AGE of the Deployment, and at its history.",
    "You deleted the Deployment and made a new one. What was left of its history went with it.",
    LIMIT_FIRST,
)
def _(evidence: Evidence) -> bool:
    return recreated(evidence)


@history_limit.mistake(
    "no-limit",
    "`kubectl rollout history deployment/blog-api`: how many lines are there now?",
    "The template has changed while the history has no room: with a revisionHistoryLimit of 1, each new release throws "
    "an old one away.",
    LIMIT_FIRST,
)
def _(evidence: Evidence) -> bool:
    return limit(evidence) < 5 and (bool(lost(evidence)) or asks_for_the_first(evidence))


@history_limit.mistake(
    "limit-last",
    "In which order did you do the two things?",
    "The limit is right now, but it came last: your release threw an old revision away before there was room for it. "
    "What is thrown away does not come back when the limit is raised.",
    LIMIT_FIRST,
)
def _(evidence: Evidence) -> bool:
    return bool(lost(evidence))


@history_limit.mistake(
    "wrong-revision",
    "Which image runs now?",
    "An undo can only go to what is left, and that is revision 2: the other bad release. Nor does a number help that "
    "is written on it by hand.",
    WRITE_AGAIN,
)
def _(evidence: Evidence) -> bool:
    return asks_for(evidence, 2)


@history_limit.mistake(
    "limit-only",
    "Has the history grown since you raised the limit?",
    "There is room for more revisions now, but only for those to come. Revision 1 has been deleted, and stays so: its "
    "template has to be written again.",
    WRITE_AGAIN,
)
def _(evidence: Evidence) -> bool:
    return limit(evidence) >= 5 and asks_for(evidence, 3)


@history_limit.mistake(
    "half",
    "Compare your release with the note in the text, value by value.",
    "What blog-api asks for now is neither today's release nor the first one: something in its template differs.",
    WRITE_AGAIN,
)
def _(evidence: Evidence) -> bool:
    return asks_for_nothing_old(evidence) and not asks_for_the_first(evidence)
