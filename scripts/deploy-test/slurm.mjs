// Slurm: a controller and a node of our own, in our own directory; an array and a merge.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { at, check, deploy, expectSame, missingCommand, partial, read, run, shardCount } from "./common.mjs";

function startSlurm() {
  const home = at("slurm");
  for (const name of ["", "state", "spool", "munge"]) mkdirSync(join(home, name), { mode: 0o755 });
  writeFileSync(join(home, "munge/key"), crypto.getRandomValues(new Uint8Array(1024)), { mode: 0o400 });
  const host = hostname().split(".")[0];
  const settings = {
    ClusterName: "test",
    SlurmctldHost: host,
    SlurmUser: "root",
    AuthType: "auth/munge",
    AuthInfo: `socket=${home}/munge/socket`,
    SlurmctldPort: 17817,
    SlurmdPort: 17818,
    StateSaveLocation: `${home}/state`,
    SlurmdSpoolDir: `${home}/spool`,
    SlurmctldPidFile: `${home}/slurmctld.pid`,
    SlurmdPidFile: `${home}/slurmd.pid`,
    SlurmctldLogFile: `${home}/slurmctld.log`,
    SlurmdLogFile: `${home}/slurmd.log`,
    ProctrackType: "proctrack/linuxproc",
    TaskPlugin: "task/none",
    SelectType: "select/cons_tres",
    SelectTypeParameters: "CR_CPU",
    ReturnToService: 2,
  };
  const conf = [
    ...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
    `NodeName=${host} CPUs=2 State=UNKNOWN`,
    `PartitionName=all Nodes=${host} Default=YES State=UP`,
  ];
  writeFileSync(join(home, "slurm.conf"), `${conf.join("\n")}\n`);
  const env = { SLURM_CONF: join(home, "slurm.conf") };
  const file = (name) => `--${name}=${home}/munge/${name.split("-")[0]}`;
  run("munged", ["--force", ...["key-file", "socket", "pid-file", "log-file", "seed-file"].map(file)]);
  run("slurmctld", [], { env });
  run("slurmd", [], { env });
  return {
    env,
    stop() {
      run("scontrol", ["shutdown"], { env });
      process.kill(Number(readFileSync(join(home, "munge/pid"), "utf8")));
    },
  };
}

export async function test({ whole }) {
  const cannotSlurm =
    missingCommand("munged", "slurmctld", "slurmd", "sbatch") ?? (process.getuid() === 0 ? undefined : "needs root");
  await check(`Slurm, an array of ${shardCount}`, cannotSlurm, () => {
    const slurm = startSlurm();
    try {
      const env = { ...slurm.env, DATA: "sales.csv", MODEL: "model", DIRECTORY: "parts", OUTPUT: "slurm.csv" };
      const array = ["--parsable", `--array=0-${shardCount - 1}`, `${deploy}/slurm/forecast.sbatch`];
      const id = run("sbatch", array, { env }).stdout.trim();
      const merge = ["--parsable", "--wait", `--dependency=afterok:${id}`, `${deploy}/slurm/merge.sbatch`];
      run("sbatch", merge, { env, accept: [partial] });
      expectSame("the merged file", read("slurm.csv"), whole);
      return `${readdirSync(at("parts")).filter((name) => name.endsWith(".csv")).length} parts`;
    } finally {
      slurm.stop();
    }
  });
}
