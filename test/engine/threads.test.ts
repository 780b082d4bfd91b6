import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { availableThreads } from "../../src/engine/threads.js";

const threadsOf = (processors: number, files: Record<string, string>) =>
  availableThreads(processors, (path) => files[path]);

describe("the threads there are", () => {
  test("are the processors, where there are no control groups", () => {
    expect(threadsOf(6, {})).toBe(6);
  });

  test("are within the quota of the own group, and of every group above it", () => {
    const groups = { "/proc/self/cgroup": "0::/slurm/job_7\n" };
    expect(threadsOf(8, { ...groups, "/sys/fs/cgroup/slurm/job_7/cpu.max": "300000 100000\n" })).toBe(3);
    expect(threadsOf(8, { ...groups, "/sys/fs/cgroup/slurm/cpu.max": "250000 100000\n" })).toBe(2);
    expect(threadsOf(8, { ...groups, "/sys/fs/cgroup/cpu.max": "500000 100000\n" })).toBe(5);
  });

  test("know the older control groups too", () => {
    const files = {
      "/proc/self/cgroup": "4:memory:/a\n3:cpu,cpuacct:/a\n1:name=systemd:/a\n",
      "/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "400000\n",
      "/sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000\n",
    };
    expect(threadsOf(8, files)).toBe(4);
    expect(threadsOf(8, { ...files, "/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "-1\n" })).toBe(8);
  });

  test("are never fewer than one, nor more than the processors", () => {
    const groups = { "/proc/self/cgroup": "0::/\n" };
    expect(threadsOf(8, { ...groups, "/sys/fs/cgroup/cpu.max": "20000 100000\n" })).toBe(1);
    expect(threadsOf(8, { ...groups, "/sys/fs/cgroup/cpu.max": "max 100000\n" })).toBe(8);
    expect(threadsOf(2, { ...groups, "/sys/fs/cgroup/cpu.max": "900000 100000\n" })).toBe(2);
  });

  test("are some on this machine", () => {
    expect(availableThreads()).toBeGreaterThanOrEqual(1);
    expect(availableThreads()).toBeLessThanOrEqual(availableParallelism());
  });
});
