import java.io.BufferedReader;
import java.io.File;
import java.io.FileWriter;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.SafeModeAction;
import org.apache.hadoop.hdfs.server.namenode.NameNodeAdapter;
import org.apache.hadoop.minikdc.MiniKdc;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * One namenode and one datanode on loopback, plain or secured by a KDC of its own. Says READY with a JSON object, then
 * takes commands from its input, one a line, and says ANSWER and OK or why not.
 */
public final class MiniHadoop {
  public static void main(String[] args) throws Exception {
    File folder = new File(args[0]);
    boolean secured = args[1].equals("kerberos");
    Configuration conf = new HdfsConfiguration();
    conf.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, new File(folder, "dfs").getPath());
    conf.set("dfs.blocksize", "1048576");
    conf.set("dfs.namenode.fs-limits.min-block-size", "1048576");
    conf.set("hadoop.proxyuser." + System.getProperty("user.name") + ".hosts", "*");
    conf.set("hadoop.proxyuser." + System.getProperty("user.name") + ".groups", "*");
    conf.set("dfs.http.policy", "HTTP_ONLY");
    String krb5 = "";
    String userKeytab = "";
    if (secured) {
      File kdcFolder = new File(folder, "kdc");
      kdcFolder.mkdirs();
      Properties settings = MiniKdc.createConf();
      MiniKdc kdc = new MiniKdc(settings, kdcFolder);
      kdc.start();
      krb5 = kdc.getKrb5conf().getPath();
      File server = new File(folder, "server.keytab");
      File user = new File(folder, "alice.keytab");
      kdc.createPrincipal(server, "nn/localhost", "HTTP/localhost");
      kdc.createPrincipal(user, "alice");
      userKeytab = user.getPath();
      secure(conf, kdc.getRealm(), server.getPath());
      UserGroupInformation.setConfiguration(conf);
      UserGroupInformation.loginUserFromKeytab("nn/localhost@" + kdc.getRealm(), server.getPath());
    }
    MiniDFSCluster cluster = new MiniDFSCluster.Builder(conf).numDataNodes(1).build();
    cluster.waitActive();
    DistributedFileSystem fs = cluster.getFileSystem();
    org.apache.hadoop.fs.Path pub = new org.apache.hadoop.fs.Path("/pub");
    fs.mkdirs(pub);
    fs.setPermission(pub, new FsPermission((short) 01777));
    System.out.println("READY {\"http\":\"" + cluster.getHttpUri(0).replace("127.0.0.1", "localhost")
        + "\",\"fs\":\"" + fs.getUri() + "\",\"krb5\":\"" + krb5 + "\",\"keytab\":\"" + userKeytab + "\"}");
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      try {
        System.out.println("ANSWER " + obey(line.split(" "), cluster, fs));
      } catch (Exception failure) {
        System.out.println("ANSWER FAILED " + failure);
      }
    }
    System.exit(0);
  }

  private static void secure(Configuration conf, String realm, String keytab) {
    conf.set("hadoop.security.authentication", "kerberos");
    conf.set("hadoop.security.authorization", "true");
    for (String node : new String[] {"namenode", "datanode"}) {
      conf.set("dfs." + node + ".kerberos.principal", "nn/localhost@" + realm);
      conf.set("dfs." + node + ".keytab.file", keytab);
    }
    for (String web : new String[] {"dfs.web", "hadoop.http"}) {
      conf.set(web + ".authentication.kerberos.principal", "HTTP/localhost@" + realm);
      conf.set(web + ".authentication.kerberos.keytab", keytab);
    }
    conf.set("dfs.web.authentication.kerberos.principal", "HTTP/localhost@" + realm);
    conf.set("hadoop.http.authentication.type", "kerberos");
    conf.set("dfs.block.access.token.enable", "true");
    conf.set("ignore.secure.ports.for.testing", "true");
    conf.set("hadoop.proxyuser.alice.hosts", "*");
    conf.set("hadoop.proxyuser.alice.groups", "*");
  }

  private static String obey(String[] words, MiniDFSCluster cluster, DistributedFileSystem fs) throws Exception {
    switch (words[0]) {
      case "safemode":
        cluster.getNameNodeRpc().setSafeMode(
            words[1].equals("on") ? SafeModeAction.SAFEMODE_ENTER : SafeModeAction.SAFEMODE_LEAVE, false);
        return "OK";
      case "quota":
        fs.mkdirs(new org.apache.hadoop.fs.Path(words[1]));
        fs.setPermission(new org.apache.hadoop.fs.Path(words[1]), new FsPermission((short) 01777));
        fs.setQuota(new org.apache.hadoop.fs.Path(words[1]), Long.MAX_VALUE, Long.parseLong(words[2]));
        return "OK";
      case "folder":
        fs.mkdirs(new org.apache.hadoop.fs.Path(words[1]));
        fs.setPermission(new org.apache.hadoop.fs.Path(words[1]), new FsPermission((short) Integer.parseInt(words[2], 8)));
        return "OK";
      case "stop-datanode":
        cluster.stopDataNode(0);
        return "OK";
      case "tokens":
        return "OK " + NameNodeAdapter.getDtSecretManager(cluster.getNamesystem()).getCurrentTokensSize();
      default:
        return "FAILED unknown command";
    }
  }
}
