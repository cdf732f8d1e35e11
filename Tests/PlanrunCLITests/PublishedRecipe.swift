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
             back: 200.0.0.2:6380 is detached, and emptied again if it was empty before
        3. wait-for-sync: waits until the lag is 64KiB at most for 5s
             max-lag 64KiB, stable-for 5s, timeout 2h
        4. data: 3 checks; changes nothing
             data count, timeout 1m
        5. approval: asks: Cut over to Dragonfly? Writes are held back for about 0.4 s, and each client is disconnected once.
        6. failover: holds writes to 200.0.0.1:6379 back (for 2s at most while 200.0.0.2:6380 catches up), has the Sentinels promote 200.0.0.2:6380, and leaves 200.0.0.1:6379 standing alone without taking writes, forgotten by the Sentinels; both write their role and all settings, also what others have set, to their configuration files
             retries 3, timeout 2m, via sentinel, write-pause 2s
             back: before the promotion the write pause is lifted; after it there is none
             point of no return
        7. cutover: 6 checks; changes nothing but one test key
             timeout 1m

        review: 5 notes ('planrun lint plans/sentinel-promotion.yaml' shows them)
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

    static let json = """
        {
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
              }
            },
            {
              "action" : "change",
              "checksOff" : [

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
              "undo" : "200.0.0.2:6380 is detached, and emptied again if it was empty before"
            },
            {
              "action" : "wait",
              "checksOff" : [

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
              }
            },
            {
              "action" : "check",
              "checksOff" : [

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
              }
            },
            {
              "action" : "ask",
              "checksOff" : [

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
              }
            },
            {
              "action" : "change",
              "checksOff" : [

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
              "undo" : "before the promotion the write pause is lifted; after it there is none"
            },
            {
              "action" : "check",
              "checksOff" : [

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
              }
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
