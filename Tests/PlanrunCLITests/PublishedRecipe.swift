/// What `plan --offline` prints for plans/sentinel-promotion.yaml.
enum PublishedRecipe {
    static let text = """
        plan 'sentinel-promotion' (plans/sentinel-promotion.yaml)
          Move the data behind 'master-instance' from Redis to Dragonfly without losing a write.
          from 200.0.0.1:6379 (redis) to 200.0.0.2:6380 (dragonfly)
          Sentinels: 200.0.0.3:5000, primary 'master-instance'
          point of no return: 'failover'; a failure before it is rolled back automatically, after it there is no way back

        1. preflight: many checks; changes nothing
             timeout 10m
        2. replicaof: makes 200.0.0.2:6380 a replica of 200.0.0.1:6379; refuses a target that holds keys; until it has everything, no Sentinel can promote it (replica-priority 0)
             replace-data false, timeout 1m
             sends 4 commands: 3 to target 200.0.0.2:6380, 1 to Sentinel 200.0.0.3:5000
             back: 200.0.0.2:6380 is detached, and emptied again if it was empty before
        3. wait-for-sync: waits until the lag is 64KiB at most for 5s
             max-lag 64KiB, stable-for 5s, timeout 2h
             sends 1 command: 1 to target 200.0.0.2:6380
        4. data: 3 checks; changes nothing
             data count, timeout 1m
        5. approval: asks: Cut over to Dragonfly? Writes are held back for about 0.4 s, and each client is disconnected once.
        6. failover: holds writes to 200.0.0.1:6379 back (for 2s at most while 200.0.0.2:6380 catches up), has the Sentinels promote 200.0.0.2:6380, and leaves 200.0.0.1:6379 standing alone without taking writes, forgotten by the Sentinels; both write their role and all settings, also what others have set, to their configuration files
             retries 3, timeout 2m, via sentinel, write-pause 2s
             sends 49 commands: 42 to source 200.0.0.1:6379, 5 to target 200.0.0.2:6380, 2 to Sentinel 200.0.0.3:5000
             back: before the promotion the write pause is lifted; after it there is none
             point of no return
        7. cutover: 6 checks; changes nothing but one test key
             timeout 1m
             sends 4 commands: 3 to target 200.0.0.2:6380, 1 to source 200.0.0.1:6379

        estimate, not a promise:
          duration: 2 s to 29 s (the sum of the steps, without 'wait-for-sync', 'approval')
            preflight: 1 s to 5 s (all checks run at once; 1.2 s for 55 checks on two busy cores)
            wait-for-sync: unknown (no server was asked for the source's size)
            approval: unknown (a person decides)
            failover: 1 s to 24 s (the moment before a Sentinel's next look at the target comes once in 10 s)
          write gap: 0.2 s to 0.5 s (via sentinel, measured with Redis 7.0 at 5,000 writes/s on one machine: 0.27 s with one Sentinel; up to 1.3 s where the moment is missed)
          way back before the cutover: 0.1 s to 11 s (nothing is lost; the target is detached, and each Sentinel forgets it, one after the other)
          way back after the cutover: unknown (this plan has no way back then)

        review: 5 notes ('planrun lint plans/sentinel-promotion.yaml' shows them)
        '--commands' shows each command with its reason, and those that take it back
        2 steps change servers: 'replicaof', 'failover'; no server was asked

        """

    static let markdown = """
        ### sentinel-promotion

        Move the data behind 'master-instance' from Redis to Dragonfly without losing a write.

        **2 steps change servers: 'replicaof', 'failover'; no server was asked.**

        ```mermaid
        flowchart LR
            subgraph before
                direction TB
                beforeA([applications])
                beforeS{{1 Sentinel}}
                before0["200.0.0.1:6379<br/>redis, primary"]
                before1["200.0.0.2:6380<br/>dragonfly, stands alone"]
                beforeA --> before0
                beforeS -.-> before0
            end
            subgraph after
                direction TB
                afterA([applications])
                afterS{{1 Sentinel}}
                after0["200.0.0.2:6380<br/>dragonfly, primary"]
                after1["200.0.0.1:6379<br/>redis, stands alone, takes no writes"]
                afterA --> after0
                afterS -.-> after0
            end
            before ~~~ after
        ```

        | | step | what it does | not the standard | way back |
        |--:|---|---|---|---|
        | 1 | `preflight` | many checks; changes nothing |  | – |
        | 2 | `replicaof` | makes 200.0.0.2:6380 a replica of 200.0.0.1:6379; refuses a target that holds keys; until it has everything, no Sentinel can promote it (replica-priority 0) |  | 200.0.0.2:6380 is detached, and emptied again if it was empty before |
        | 3 | `wait-for-sync` | waits until the lag is 64KiB at most for 5s |  | – |
        | 4 | `data` | 3 checks; changes nothing | `data` count | – |
        | 5 | `approval` | asks: Cut over to Dragonfly? Writes are held back for about 0.4 s, and each client is disconnected once. |  | – |
        | 6 | **`failover`** (point of no return) | holds writes to 200.0.0.1:6379 back (for 2s at most while 200.0.0.2:6380 catches up), has the Sentinels promote 200.0.0.2:6380, and leaves 200.0.0.1:6379 standing alone without taking writes, forgotten by the Sentinels; both write their role and all settings, also what others have set, to their configuration files |  | before the promotion the write pause is lifted; after it there is none |
        | 7 | `cutover` | 6 checks; changes nothing but one test key |  | – |

        <details><summary><code>replicaof</code> sends 4 commands: 3 to target 200.0.0.2:6380, 1 to Sentinel 200.0.0.3:5000</summary>

        | server | command | why | answer |
        |---|---|---|---|
        | target 200.0.0.2:6380 | `CONFIG SET replica-priority 0` | no Sentinel promotes it before it has everything | OK |
        | target 200.0.0.2:6380 | `CONFIG REWRITE` | no Sentinel promotes it after a restart either | OK, or an error without a flag file |
        | Sentinel 200.0.0.3:5000 | `SENTINEL RESET master-instance` | it forgets that the target may be promoted (where it lists the target already) | 1 |
        | target 200.0.0.2:6380 | `REPLICAOF 200.0.0.1 6379` | the target copies the source, and follows it | OK |

        Back:

        | server | command | why | answer |
        |---|---|---|---|
        | target 200.0.0.2:6380 | `REPLICAOF NO ONE` | it follows nobody any more | OK |
        | Sentinel 200.0.0.3:5000 | `SENTINEL RESET master-instance` | it would make the target follow again; the next Sentinel only when this one sees the others again | 1 |
        | target 200.0.0.2:6380 | `FLUSHALL` | as before (if it was empty before, and the source still has everything) | OK |
        | target 200.0.0.2:6380 | `CONFIG SET replica-priority <as before>` | as before | OK |
        | target 200.0.0.2:6380 | `CONFIG REWRITE` | so that a restart changes nothing | OK, or an error without a flag file |

        </details>

        <details><summary><code>wait-for-sync</code> sends 1 command: 1 to target 200.0.0.2:6380</summary>

        | server | command | why | answer |
        |---|---|---|---|
        | target 200.0.0.2:6380 | `CONFIG SET replica-priority <as before>` | once it has everything, the Sentinels may promote it; 0 again if it loses its link | OK |

        </details>

        <details><summary><code>failover</code> sends 49 commands: 42 to source 200.0.0.1:6379, 5 to target 200.0.0.2:6380, 2 to Sentinel 200.0.0.3:5000</summary>

        | server | command | why | answer |
        |---|---|---|---|
        | source 200.0.0.1:6379 | `CONFIG SET proc-title-template <as it is, and what masterauth, masteruser was before>` | planrun's note of former values, which another planrun reads | OK |
        | source 200.0.0.1:6379 | `CONFIG SET masteruser planrun-refused` | it could not follow, so it tries once a second only | OK |
        | source 200.0.0.1:6379 | `CONFIG SET masterauth planrun-refused` | it could not follow, so it tries once a second only (if it has none) | OK |
        | source 200.0.0.1:6379 | `CONFIG REWRITE` | whether it can write its file, before anything depends on it | OK |
        | target 200.0.0.2:6380 | `CONFIG REWRITE` | whether it can write its file, before anything depends on it | OK, or an error without a flag file |
        | source 200.0.0.1:6379 | `CONFIG SET proc-title-template <as it is, and what masterauth, masteruser, min-replicas-to-write, replica-priority was before>` | planrun's note of former values, which another planrun reads | OK |
        | source 200.0.0.1:6379 | `CONFIG SET min-replicas-to-write <how many replicas are in sync>` | it refuses writes by itself once its successor has left it | OK |
        | source 200.0.0.1:6379 | `CONFIG SET replica-priority 0` | no Sentinel promotes it again | OK |
        | source 200.0.0.1:6379 | `CONFIG REWRITE` | so that a restart changes nothing | OK |
        | source 200.0.0.1:6379 | `SET <planrun:probe: and a number> planrun EX 60` | measures the write gap as an application sees it (if planrun's user may write that key) | OK |
        | source 200.0.0.1:6379 | `CLIENT PAUSE 2000 WRITE` | writes wait while the other one gets the last bytes; sent again as long as they have to wait | OK |
        | source 200.0.0.1:6379 | `CLIENT PAUSE 2000 WRITE` | writes wait while the other one gets the last bytes; sent again as long as they have to wait | OK |
        | Sentinel 200.0.0.3:5000 | `SENTINEL FAILOVER master-instance` | it promotes the target and tells clients | OK |
        | target 200.0.0.2:6380 | `REPLICAOF NO ONE` | the new primary; it has every byte by its own account | OK |
        | source 200.0.0.1:6379 | `REPLICAOF 200.0.0.2 6380` | from here on it answers READONLY to a write | OK |
        | source 200.0.0.1:6379 | `CONFIG REWRITE` | so that a restart does not make it a primary again | OK |
        | target 200.0.0.2:6380 | `CONFIG REWRITE` | so that a restart does not make it a replica again | OK, or an error without a flag file |
        | source 200.0.0.1:6379 | `MULTI` | its clients ask for the primary again | OK |
        | source 200.0.0.1:6379 | `CLIENT KILL TYPE normal SKIPME yes` | its clients ask for the primary again | QUEUED |
        | source 200.0.0.1:6379 | `CLIENT KILL TYPE pubsub` | its clients ask for the primary again | QUEUED |
        | source 200.0.0.1:6379 | `CLIENT UNPAUSE` | its clients ask for the primary again | QUEUED |
        | source 200.0.0.1:6379 | `EXEC` | its clients ask for the primary again | OK for each |
        | source 200.0.0.1:6379 | `MULTI` | the same for those that were on their way to it | OK |
        | source 200.0.0.1:6379 | `CLIENT KILL TYPE normal SKIPME yes` | the same for those that were on their way to it | QUEUED |
        | source 200.0.0.1:6379 | `CLIENT KILL TYPE pubsub` | the same for those that were on their way to it | QUEUED |
        | source 200.0.0.1:6379 | `CLIENT UNPAUSE` | the same for those that were on their way to it | QUEUED |
        | source 200.0.0.1:6379 | `EXEC` | the same for those that were on their way to it | OK for each |
        | source 200.0.0.1:6379 | `CONFIG SET min-replicas-to-write <as before>` | as before | OK |
        | source 200.0.0.1:6379 | `CONFIG SET min-replicas-max-lag <as before>` | as before | OK |
        | source 200.0.0.1:6379 | `CONFIG SET replica-priority 0` | no Sentinel promotes it again | OK |
        | source 200.0.0.1:6379 | `CONFIG REWRITE` | so that a restart changes nothing | OK |
        | source 200.0.0.1:6379 | `CONFIG SET proc-title-template <as it is, and what masterauth, masteruser, replica-priority was before>` | planrun's note of former values, which another planrun reads | OK |
        | source 200.0.0.1:6379 | `CONFIG REWRITE` | so that a restart changes nothing | OK |
        | target 200.0.0.2:6380 | `SET <planrun:probe: and a number> planrun EX 60` | measures the write gap as an application sees it (if planrun's user may write that key) | OK |
        | source 200.0.0.1:6379 | `CONFIG SET proc-title-template <as it is, and what masterauth, masteruser, min-replicas-max-lag, min-replicas-to-write, replica-priority was before>` | planrun's note of former values, which another planrun reads | OK |
        | source 200.0.0.1:6379 | `CONFIG SET min-replicas-max-lag 10` | it takes no write any more | OK |
        | source 200.0.0.1:6379 | `CONFIG SET min-replicas-to-write 2147483647` | it takes no write any more | OK |
        | source 200.0.0.1:6379 | `CONFIG REWRITE` | so that a restart changes nothing | OK |
        | source 200.0.0.1:6379 | `REPLICAOF 127.0.0.1 0` | it stands alone, and answers READONLY | OK |
        | source 200.0.0.1:6379 | `CONFIG REWRITE` | so that a restart changes nothing | OK |
        | Sentinel 200.0.0.3:5000 | `SENTINEL RESET master-instance` | it forgets the source; the next Sentinel only when this one sees the others again | 1 |
        | source 200.0.0.1:6379 | `MULTI` | those that a Sentinel has sent here meanwhile | OK |
        | source 200.0.0.1:6379 | `CLIENT KILL TYPE normal SKIPME yes` | those that a Sentinel has sent here meanwhile | QUEUED |
        | source 200.0.0.1:6379 | `CLIENT KILL TYPE pubsub` | those that a Sentinel has sent here meanwhile | QUEUED |
        | source 200.0.0.1:6379 | `CLIENT UNPAUSE` | those that a Sentinel has sent here meanwhile | QUEUED |
        | source 200.0.0.1:6379 | `EXEC` | those that a Sentinel has sent here meanwhile | OK for each |
        | source 200.0.0.1:6379 | `CONFIG SET proc-title-template <as it is, and what min-replicas-max-lag, min-replicas-to-write, replica-priority was before>` | planrun's note of former values, which another planrun reads | OK |
        | source 200.0.0.1:6379 | `CONFIG REWRITE` | so that a restart changes nothing | OK |
        | target 200.0.0.2:6380 | `CONFIG REWRITE` | so that a restart changes nothing | OK, or an error without a flag file |

        Back, before the promotion:

        | server | command | why | answer |
        |---|---|---|---|
        | source 200.0.0.1:6379 | `CLIENT UNPAUSE` | writes go on | OK |
        | source 200.0.0.1:6379 | `CONFIG SET min-replicas-to-write <as before>` | as before | OK |
        | source 200.0.0.1:6379 | `CONFIG SET min-replicas-max-lag <as before>` | as before | OK |
        | source 200.0.0.1:6379 | `CONFIG SET replica-priority <as before>` | as before | OK |
        | source 200.0.0.1:6379 | `CONFIG REWRITE` | so that a restart changes nothing | OK |
        | source 200.0.0.1:6379 | `CONFIG SET proc-title-template <as it is, and what masterauth, masteruser was before>` | planrun's note of former values, which another planrun reads | OK |
        | source 200.0.0.1:6379 | `CONFIG REWRITE` | so that a restart changes nothing | OK |
        | source 200.0.0.1:6379 | `CONFIG SET masteruser <as before>` | as before | OK |
        | source 200.0.0.1:6379 | `CONFIG SET masterauth ''` | as before (if it was empty before; another one is kept nowhere) | OK |
        | source 200.0.0.1:6379 | `CONFIG SET proc-title-template <as before>` | planrun's note of former values, which another planrun reads | OK |
        | source 200.0.0.1:6379 | `CONFIG REWRITE` | so that a restart changes nothing | OK |

        </details>

        <details><summary><code>cutover</code> sends 4 commands: 3 to target 200.0.0.2:6380, 1 to source 200.0.0.1:6379</summary>

        | server | command | why | answer |
        |---|---|---|---|
        | target 200.0.0.2:6380 | `SET <planrun:verify: and a number> planrun EX 60` | a write as an application makes it | OK |
        | target 200.0.0.2:6380 | `DEL <planrun:verify: and a number>` | a write as an application makes it | 1 |
        | target 200.0.0.2:6380 | `CONFIG REWRITE` | whether it can write its file | OK, or an error without a flag file |
        | source 200.0.0.1:6379 | `CONFIG REWRITE` | whether it can write its file | OK |

        </details>

        <details><summary>estimate, not a promise: 2 s to 29 s, write gap 0.2 s to 0.5 s</summary>

        | | | basis |
        |---|---|---|
        | duration | 2 s to 29 s | the sum of the steps, without 'wait-for-sync', 'approval' |
        | `preflight` | 1 s to 5 s | all checks run at once; 1.2 s for 55 checks on two busy cores |
        | `wait-for-sync` | unknown | no server was asked for the source's size |
        | `approval` | unknown | a person decides |
        | `failover` | 1 s to 24 s | the moment before a Sentinel's next look at the target comes once in 10 s |
        | write gap | 0.2 s to 0.5 s | via sentinel, measured with Redis 7.0 at 5,000 writes/s on one machine: 0.27 s with one Sentinel; up to 1.3 s where the moment is missed |
        | way back before the cutover | 0.1 s to 11 s | nothing is lost; the target is detached, and each Sentinel forgets it, one after the other |
        | way back after the cutover | unknown | this plan has no way back then |

        </details>

        Checks were not run: no server was asked.

        <details><summary>review: 5 notes</summary>

        | | rule | line | | what to write |
        |---|---|--:|---|---|
        | note | `no-tls` | 17 | 'source' is reached without TLS | add 'tls: true', or 'tls: { ca: PATH }' |
        | note | `no-tls` | 22 | 'target' is reached without TLS | add 'tls: true', or 'tls: { ca: PATH }' |
        | note | `no-tls` | 27 | 'sentinel' is reached without TLS | add 'tls: true', or 'tls: { ca: PATH }' |
        | note | `no-backup` | 32 | this plan saves the source's data nowhere | put '- backup: {}' before the step that changes servers first |
        | note | `no-way-back` | 62 | once the target is the primary, it stays so | leave 'after-cutover' out where the source can follow the target; else write 'discard-writes' to go back with what that gives up |

        </details>

        **Way back:** point of no return: 'failover'; a failure before it is rolled back automatically, after it there is no way back.

        """

    /// Without the commands.
    static let json = """
        {
          "estimate" : {
            "duration" : {
              "basis" : "the sum of the steps, without 'wait-for-sync', 'approval'",
              "fromSeconds" : 2,
              "subject" : "duration",
              "toSeconds" : 29
            },
            "steps" : [
              {
                "basis" : "all checks run at once; 1.2 s for 55 checks on two busy cores",
                "fromSeconds" : 1,
                "subject" : "preflight",
                "toSeconds" : 5
              },
              {
                "basis" : "no server was asked for the source's size",
                "subject" : "wait-for-sync"
              },
              {
                "basis" : "a person decides",
                "subject" : "approval"
              },
              {
                "basis" : "the moment before a Sentinel's next look at the target comes once in 10 s",
                "fromSeconds" : 1,
                "subject" : "failover",
                "toSeconds" : 24
              }
            ],
            "wayBack" : [
              {
                "basis" : "nothing is lost; the target is detached, and each Sentinel forgets it, one after the other",
                "fromSeconds" : 0.1,
                "subject" : "before the cutover",
                "toSeconds" : 11
              },
              {
                "basis" : "this plan has no way back then",
                "subject" : "after the cutover"
              }
            ],
            "writeGap" : {
              "basis" : "via sentinel, measured with Redis 7.0 at 5,000 writes/s on one machine: 0.27 s with one Sentinel; up to 1.3 s where the moment is missed",
              "fromSeconds" : 0.2,
              "subject" : "write gap",
              "toSeconds" : 0.5
            }
          },
          "format" : 1,
          "isLive" : false,
          "name" : "sentinel-promotion",
          "path" : "plans/sentinel-promotion.yaml",
          "review" : [
            {
              "help" : [
                "add 'tls: true', or 'tls: { ca: PATH }'"
              ],
              "line" : 17,
              "message" : "'source' is reached without TLS",
              "rule" : "no-tls",
              "severity" : "note"
            },
            {
              "help" : [
                "add 'tls: true', or 'tls: { ca: PATH }'"
              ],
              "line" : 22,
              "message" : "'target' is reached without TLS",
              "rule" : "no-tls",
              "severity" : "note"
            },
            {
              "help" : [
                "add 'tls: true', or 'tls: { ca: PATH }'"
              ],
              "line" : 27,
              "message" : "'sentinel' is reached without TLS",
              "rule" : "no-tls",
              "severity" : "note"
            },
            {
              "help" : [
                "put '- backup: {}' before the step that changes servers first"
              ],
              "line" : 32,
              "message" : "this plan saves the source's data nowhere",
              "rule" : "no-backup",
              "severity" : "note"
            },
            {
              "help" : [
                "leave 'after-cutover' out where the source can follow the target; else write 'discard-writes' to go back with what that gives up"
              ],
              "line" : 62,
              "message" : "once the target is the primary, it stays so",
              "rule" : "no-way-back",
              "severity" : "note"
            }
          ],
          "steps" : [
            {
              "action" : "check",
              "checksOff" : [

              ],
              "commands" : [

              ],
              "deviations" : [

              ],
              "does" : "many checks; changes nothing",
              "findings" : [

              ],
              "id" : "preflight",
              "isPointOfNoReturn" : false,
              "kind" : "preflight",
              "needs" : [

              ],
              "outlook" : [

              ],
              "settings" : {
                "timeout" : "10m"
              },
              "waysBack" : [

              ]
            },
            {
              "action" : "change",
              "checksOff" : [

              ],
              "commands" : [

              ],
              "deviations" : [

              ],
              "does" : "makes 200.0.0.2:6380 a replica of 200.0.0.1:6379; refuses a target that holds keys; until it has everything, no Sentinel can promote it (replica-priority 0)",
              "findings" : [

              ],
              "id" : "replicaof",
              "isPointOfNoReturn" : false,
              "kind" : "replicaof",
              "needs" : [
                "preflight"
              ],
              "outlook" : [

              ],
              "settings" : {
                "replace-data" : "false",
                "timeout" : "1m"
              },
              "undo" : "200.0.0.2:6380 is detached, and emptied again if it was empty before",
              "waysBack" : [

              ]
            },
            {
              "action" : "wait",
              "checksOff" : [

              ],
              "commands" : [

              ],
              "deviations" : [

              ],
              "does" : "waits until the lag is 64KiB at most for 5s",
              "findings" : [

              ],
              "id" : "wait-for-sync",
              "isPointOfNoReturn" : false,
              "kind" : "wait-for-sync",
              "needs" : [
                "replicaof"
              ],
              "outlook" : [

              ],
              "settings" : {
                "max-lag" : "64KiB",
                "stable-for" : "5s",
                "timeout" : "2h"
              },
              "waysBack" : [

              ]
            },
            {
              "action" : "check",
              "checksOff" : [

              ],
              "commands" : [

              ],
              "deviations" : [
                {
                  "key" : "data",
                  "tendency" : "tightened",
                  "value" : "count"
                }
              ],
              "does" : "3 checks; changes nothing",
              "findings" : [

              ],
              "id" : "data",
              "isPointOfNoReturn" : false,
              "kind" : "verify",
              "needs" : [
                "wait-for-sync"
              ],
              "outlook" : [

              ],
              "settings" : {
                "data" : "count",
                "timeout" : "1m"
              },
              "waysBack" : [

              ]
            },
            {
              "action" : "ask",
              "checksOff" : [

              ],
              "commands" : [

              ],
              "deviations" : [

              ],
              "does" : "asks: Cut over to Dragonfly? Writes are held back for about 0.4 s, and each client is disconnected once.",
              "findings" : [

              ],
              "id" : "approval",
              "isPointOfNoReturn" : false,
              "kind" : "approval",
              "needs" : [
                "data"
              ],
              "outlook" : [

              ],
              "settings" : {
                "question" : "Cut over to Dragonfly? Writes are held back for about 0.4 s, and each client is disconnected once."
              },
              "waysBack" : [

              ]
            },
            {
              "action" : "change",
              "checksOff" : [

              ],
              "commands" : [

              ],
              "deviations" : [

              ],
              "does" : "holds writes to 200.0.0.1:6379 back (for 2s at most while 200.0.0.2:6380 catches up), has the Sentinels promote 200.0.0.2:6380, and leaves 200.0.0.1:6379 standing alone without taking writes, forgotten by the Sentinels; both write their role and all settings, also what others have set, to their configuration files",
              "findings" : [

              ],
              "id" : "failover",
              "isPointOfNoReturn" : true,
              "kind" : "failover",
              "needs" : [
                "approval"
              ],
              "outlook" : [

              ],
              "settings" : {
                "retries" : "3",
                "timeout" : "2m",
                "via" : "sentinel",
                "write-pause" : "2s"
              },
              "undo" : "before the promotion the write pause is lifted; after it there is none",
              "waysBack" : [

              ]
            },
            {
              "action" : "check",
              "checksOff" : [

              ],
              "commands" : [

              ],
              "deviations" : [

              ],
              "does" : "6 checks; changes nothing but one test key",
              "findings" : [

              ],
              "id" : "cutover",
              "isPointOfNoReturn" : false,
              "kind" : "verify",
              "needs" : [
                "failover"
              ],
              "outlook" : [

              ],
              "settings" : {
                "timeout" : "1m"
              },
              "waysBack" : [

              ]
            }
          ],
          "topology" : {
            "after" : [
              {
                "address" : "200.0.0.2:6380",
                "engine" : "dragonfly",
                "role" : "primary"
              },
              {
                "address" : "200.0.0.1:6379",
                "engine" : "redis",
                "role" : "fenced"
              }
            ],
            "before" : [
              {
                "address" : "200.0.0.1:6379",
                "engine" : "redis",
                "role" : "primary"
              },
              {
                "address" : "200.0.0.2:6380",
                "engine" : "dragonfly",
                "role" : "alone"
              }
            ],
            "knowsReplicas" : false,
            "sentinels" : 1
          },
          "wayBack" : "point of no return: 'failover'; a failure before it is rolled back automatically, after it there is no way back"
        }

        """
}
