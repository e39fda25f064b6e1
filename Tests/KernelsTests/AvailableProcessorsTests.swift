import Testing

@testable import Kernels

/// The default number of threads follows what the system gives this process.
@Suite struct AvailableProcessorsTests {
  @Test func affinityIsCounted() {
    let status = "Name:\ta\nCpus_allowed:\t3,80000001\nCpus_allowed_list:\t0,31-33\n"
    #expect(AvailableProcessors.allowed(status: status) == 4)
    #expect(AvailableProcessors.allowed(status: "Name:\ta\n") == nil)
  }

  @Test func theSmallestQuotaCounts() {
    let files = [
      "/sys/fs/cgroup/a/b/cpu.max": "max 100000\n", "/sys/fs/cgroup/a/cpu.max": "150000 100000\n",
    ]
    #expect(AvailableProcessors.quota(groups: "0::/a/b\n", read: { files[$0] }) == 2)
    #expect(AvailableProcessors.quota(groups: "0::/\n", read: { files[$0] }) == nil)
  }

  @Test func quotasOfTheOlderKindCount() {
    let files = [
      "/sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_quota_us": "50000\n",
      "/sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_period_us": "100000\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    ]
    #expect(
      AvailableProcessors.quota(
        groups: "5:memory:/c\n4:cpu,cpuacct:/c\n", read: { files[$0] }) == 1)
  }

  @Test func thereIsAtLeastOne() { #expect(AvailableProcessors.count >= 1) }
}
