# What happens next to this Pod, as the kubelet would have it: {do, slot, at}, or nothing.
#
# Input: a Pod, as the API gives it. `at` is in seconds since the epoch; the past means now.
# Each Stage in pod.yaml plays one `do`, for one container's slot (i0, i1 … init, c0, c1 … containers).
# What a container will do was decided when its image was looked for, and is kept where the kubelet keeps an
# opaque number: in the last 32 hexadecimal digits of its containerID (see decide.gotmpl, which writes them).

def epoch: if . == null then null else fromdateiso8601 end;
def hexadecimal: reduce explode[] as $c (0; . * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
def plan: (.containerID // "" | .[-32:]) as $d
  | if ($d | length) < 32 then {after: 16777215, flags: 15, ready: 0, listens: 0, stops: 0} else
    {after: ($d[0:6] | hexadecimal), flags: ($d[8:9] | hexadecimal),
     ready: ($d[10:13] | hexadecimal / 10), listens: ($d[13:16] | hexadecimal / 10), stops: ($d[16:18] | hexadecimal / 10)} end;
def flag($bit): (. / $bit | floor) % 2 == 1;
def canonical:
  (if test("^[^/]*[.:][^/]*/|^localhost/") then . elif contains("/") then "docker.io/" + . else "docker.io/library/" + . end)
  | if test("@|:[^/:]+$") then . else . + ":latest" end;

# Probes try at their initial delay and then once a period. Both answers are seconds after the container's start.
def first_success($probe; $from): ($probe.initialDelaySeconds // 0) as $first
  | if $first >= $from then $first else $first + (($from - $first) / $probe.periodSeconds | ceil) * $probe.periodSeconds end;
def given_up($probe): ($probe.initialDelaySeconds // 0) + ($probe.failureThreshold - 1) * $probe.periodSeconds;

# Containers that run are told to end, and are killed where they do not: the last are those that were started first.
def stops($told; $killed):
  [.[] | select(.init | not)] as $main
  | [ (if $main == [] then . else $main end)[]
      | (.status | plan) as $plan
      | {do: "stop", slot: .slot, at: (if $plan.flags | flag(8) then $killed else [$killed, $told + 1 + $plan.stops] | min end)} ];

# The back-off message has it as "1m20s".
def seconds_of:
  capture("back-off ((?<m>[0-9]+)m)?((?<s>[0-9]+)s)?") | ((.m // "0") | tonumber) * 60 + ((.s // "0") | tonumber);

. as $pod
| now as $now
| (.metadata.deletionTimestamp | epoch) as $gone
| (.status.phase == "Succeeded" or .status.phase == "Failed") as $over
| (if $over then infinite else (.status.startTime | epoch // infinite) + (.spec.activeDeadlineSeconds // infinite) end) as $deadline
# Written by expiring.
| ($deadline < infinite and ([.status.conditions[]? | select(.type == "Ready") | .reason] | first) == "PodFailed") as $expiring
| [ (.spec.initContainers // [] | to_entries[] | {slot: "i\(.key)", n: .key, init: true, spec: .value,
      sidecar: (.value.restartPolicy == "Always"), status: ($pod.status.initContainerStatuses[.key] // {})}),
    (.spec.containers | to_entries[] | {slot: "c\(.key)", n: .key, init: false, spec: .value,
      sidecar: false, status: ($pod.status.containerStatuses[.key] // {})}) ] as $all
| [$all[] | select(.init)] as $inits
| ([$inits[] | if .sidecar then .status.started == true else .status.state.terminated.exitCode == 0 end]
   | index(false) // ($inits | length)) as $turn
| (if (.status.containerStatuses // []) == [] then [{do: "admit", at: $now}]
   elif $gone != null then
     [$all[] | select(.status.state.running)] as $running
     | if $running == [] then (if .metadata.deletionGracePeriodSeconds == 0 then [] else [{do: "delete", at: ($now + 0.1)}] end)
       elif (.status.observedGeneration // 0) < (.metadata.generation // 0) then
         [{do: (if ($all | length) == 1 then "killing" else "killing-several" end), at: $now}]
       else $running | stops($gone - ($pod.metadata.deletionGracePeriodSeconds // 30); $gone) end
   elif .status.reason == "DeadlineExceeded" then []
   elif $expiring then
     [$all[] | select(.status.state.running)]
     | if . == [] then [{do: "expired", at: $now}] else stops($deadline; $deadline + $pod.spec.terminationGracePeriodSeconds) end
   elif (.status.podIP // "") == "" then [{do: "sandbox", at: ($now + 0.1)}]
   else
     [ $all[]
       | . as $one | .status as $s
       | (if .sidecar then "Always" elif .init and $pod.spec.restartPolicy == "Always" then "OnFailure"
          else .spec.restartPolicy // $pod.spec.restartPolicy end) as $policy
       | ((.spec.image | canonical) != $s.image) as $edited
       | (if $s.state.waiting then
            $s.state.waiting.reason as $reason
            | if $over then empty
              elif ($reason | IN("ContainerCreating", "PodInitializing", "ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName")) then
                if (if .init then .n <= $turn else $turn == ($inits | length) end) | not then empty
                elif (.spec.image | test("^[^:@]*[A-Z][^/:@]*([:@]|$)|[^A-Za-z0-9._/:@-]|^$")) then
                  (if $reason == "InvalidImageName" then empty else {do: "name-invalid", at: ($now + 0.1)} end)
                elif .spec.image != $s.image then {do: "admit", slot: "", at: ($now + 0.1)}
                elif ($s.containerID // "") != "" then {do: "start", at: ($now + 0.3)}
                elif .spec.imagePullPolicy == "Never" then
                  (if $reason == "ErrImageNeverPull" then empty else {do: "pull-never", at: ($now + 0.1)} end)
                elif $reason == "ErrImagePull" then {do: "pull-back-off", at: ($now + 2)}
                elif $reason == "ImagePullBackOff" then
                  ($pod.status.startTime | epoch) as $t
                  | {do: "pull-fail", at: ($t + ([10, 30, 70, 150, 310 | select(. > $now - $t)] | first // ((($now - $t) / 300 | ceil) * 300 + 10)))}
                else {do: "pull-fail", at: ($now + 0.4)} end
              # the kubelet counts its back-off for each image: another one is tried at once
              elif $edited then {do: "change-dead", at: ($now + 0.3)}
              elif $reason == "CrashLoopBackOff" then
                {do: "restart", at: (($s.lastState.terminated.finishedAt | epoch // $now) + ($s.state.waiting.message | seconds_of))}
              elif $reason == "RunContainerError" then
                {do: (if $s.restartCount == 0 then "restart" else "back-off" end), at: ($now + 1)}
              else empty end
          elif $s.state.running then
            ($s | plan) as $plan
            | ($s.state.running.startedAt | epoch) as $t
            | (if .init and (.sidecar | not) then {} else .spec end) as $probed
            | (if $probed.startupProbe then $t + 0.6 + first_success($probed.startupProbe; $plan.listens) else $now end) as $up
            | (if $probed.readinessProbe then
                 (if $plan.flags | flag(2) then $t + 0.6 + first_success($probed.readinessProbe; $plan.ready) else infinite end)
               else $now end) as $ready
            | (if .init and (.sidecar | not) then false else $s.started == true and $now >= $ready end) as $is_ready
            | ( (if $plan.after < 16777215 then {do: "exit", at: ($t + 0.3 + $plan.after / 10)} else empty end),
                (if $edited then {do: "change", at: ($now + 0.3)} else empty end),
                (if $s.started != true then
                   (if $probed.startupProbe then
                      (if ($plan.flags | flag(1)) and first_success($probed.startupProbe; $plan.listens) <= given_up($probed.startupProbe)
                       then {do: "started", at: $up}
                       else {do: "kill-startup", at: ($t + 2 + given_up($probed.startupProbe))} end)
                    else {do: "started", at: $now} end)
                 else
                   (if $probed.livenessProbe then
                      (if ($plan.flags | flag(4)) and first_success($probed.livenessProbe; $plan.listens) <= given_up($probed.livenessProbe) then empty
                       elif $probed.startupProbe and ($plan.flags | flag(4)) then empty
                       else {do: "kill-liveness", at: ($t + 2 + given_up($probed.livenessProbe))} end)
                    else empty end),
                   (if $s.ready and ($is_ready | not) then {do: "unready", at: $now}
                    elif ($s.ready | not) and $ready < infinite and (.sidecar or (.init | not)) then {do: "ready", at: ([$ready, $up] | max)}
                    else empty end)
                 end) )
          elif $s.state.terminated then
            if $policy == "Never" or ($policy == "OnFailure" and $s.state.terminated.exitCode == 0) then empty
            elif $over and (.sidecar | not) then empty
            elif $edited then {do: "change-dead", at: ($now + 0.3)}
            else {do: (if $s.restartCount == 0 then "restart" else "back-off" end), at: ($now + 1)} end
          else empty end)
       | .slot //= $one.slot ] as $actions
     # The Pod as a whole must say what its containers say: heals what a sleeping host, or a forger, left behind.
     # (It is the same reckoning as in status.gotmpl: a difference seen here is one that is mended there.)
     | [$all[] | select(.init | not) | .status] as $mains
     | ([$all[] | select((.init | not) or .sidecar) | .status.ready == true] | all) as $each_ready
     | ($each_ready and $turn == ($inits | length)) as $ready
     | ([.status.conditions[]? | select(.type == "Ready") | .status] | first == "True") as $says_ready
     | ([$mains[] | select(.state.running)] | length > 0) as $alive
     | ([$mains[] | select(.state.waiting and (.lastState.terminated | not))] | length > 0) as $new
     | $actions + (if ($alive and ($ready != $says_ready or $over)) or (.status.phase == "Pending" and $alive and ($new | not) and $turn == ($inits | length))
                      or ((.status.observedGeneration // 0) < (.metadata.generation // 0))
                   then [{do: "sync", at: ($now + 0.1)}] else [] end)
       + (if $deadline == infinite then [] else [{do: (if [$all[] | select(.status.state.running)] == [] then "expired" else "expiring" end), at: $deadline}] end)
   end)
| min_by(.at)
| select(. != null)
